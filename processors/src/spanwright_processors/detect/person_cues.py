"""What stands before a name, and the words that are none, as tables."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Shape(Enum):
    """How a name must be written to count after a cue."""

    ANY_CASE = 1  #: also in lower case: "my name is priya"
    CAPITALISED = 2
    FULL = 3  #: at least two capitalised words: "Customer: Priya Raman"
    ENDED = 4  #: capitalised, and nothing but punctuation after it: "Hi Priya,"


class Cue(NamedTuple):
    """In lower case, with an ASCII apostrophe. ``line``: only at the start of a line or sentence.

    Where the words end in a line's end, the name stands on the next line.
    """

    words: str
    shape: Shape
    score: float
    line: bool = False
    after: str = ""  #: pattern that must follow the name
    unless: str = ""  #: pattern that must not stand before the cue


#: "The operation name is …" is nobody's.
WHOSE = (
    "my",
    "his",
    "her",
    "their",
    "full",
    "first",
    "last",
    "given",
    "family",
    "customer's",
    "user's",
    "client's",
)


def _cues(shape: Shape, score: float, *words: str, line: bool = False) -> tuple[Cue, ...]:
    return tuple(Cue(each, shape, score, line=line) for each in words)


CUES: tuple[Cue, ...] = (
    # Self-introductions
    *(Cue(f"{whose} name is ", Shape.ANY_CASE, 0.85) for whose in WHOSE),
    Cue("name's ", Shape.CAPITALISED, 0.85),
    Cue("i'm ", Shape.CAPITALISED, 0.6),
    Cue("i am ", Shape.CAPITALISED, 0.6),
    Cue("call me ", Shape.CAPITALISED, 0.7),
    Cue(
        "this is ",
        Shape.CAPITALISED,
        0.7,
        after=r"\s+(?:speaking|calling|from|here|writing|again)\b|,? your\b",
    ),
    Cue("speaking with ", Shape.CAPITALISED, 0.6),
    Cue("speaking to ", Shape.CAPITALISED, 0.6),
    # A title or the whole name after it, whatever the language
    *_cues(Shape.CAPITALISED, 0.85, "je m'appelle ", "mon nom est ", "ich heiße ", "ich heisse "),
    *_cues(Shape.CAPITALISED, 0.85, "mein name ist ", "me llamo ", "mi nombre es ", "mi chiamo "),
    *_cues(
        Shape.CAPITALISED, 0.85, "il mio nome è ", "meu nome é ", "me chamo ", "mijn naam is ", "ik heet "
    ),
    *_cues(
        Shape.CAPITALISED, 0.85, "nazywam się ", "mam na imię ", "jag heter ", "mitt namn är ", "jeg hedder "
    ),
    *_cues(
        Shape.CAPITALISED, 0.85, "jeg heter ", "mit navn er ", "navnet mitt er ", "nimeni on ", "jmenuji se "
    ),
    *_cues(
        Shape.CAPITALISED, 0.85, "mă numesc ", "numele meu este ", "a nevem ", "tên tôi là ", "nama saya "
    ),
    *_cues(
        Shape.CAPITALISED, 0.85, "adım ", "benim adım ", "меня зовут ", "моё имя ", "мое имя ", "мене звати "
    ),
    *_cues(Shape.CAPITALISED, 0.85, "με λένε ", "ονομάζομαι "),
    *_cues(Shape.FULL, 0.6, "je suis ", "ich bin ", "hier ist ", "hier spricht ", "soy ", "sono ", "sou "),
    *_cues(Shape.FULL, 0.6, "ik ben ", "jestem ", "jag är ", "ben "),
    Cue("it's ", Shape.CAPITALISED, 0.6, after=r"\s+(?:again|here|from|speaking|calling)\b"),
    # Salutations
    *_cues(Shape.ENDED, 0.7, "dear ", "cher ", "chère ", "estimado ", "estimada ", "querido ", "querida "),
    *_cues(
        Shape.ENDED, 0.7, "prezado ", "prezada ", "caro ", "cara ", "gentile ", "geachte ", "kära ", "kære "
    ),
    *_cues(Shape.ENDED, 0.6, "hi ", "hello ", "hey ", "hallo ", "bonjour ", "salut ", "hola ", line=True),
    *_cues(
        Shape.ENDED, 0.6, "ciao ", "oi ", "olá ", "beste ", "liebe ", "lieber ", "moin ", "hej ", line=True
    ),
    *_cues(Shape.ENDED, 0.6, "cześć ", "merhaba ", "привет, ", "здравствуйте, ", line=True),
    *_cues(
        Shape.ENDED, 0.6, "good morning ", "good afternoon ", "good evening ", "guten morgen ", "guten tag "
    ),
    *_cues(Shape.ENDED, 0.6, "buenos días ", "buenas tardes ", "buongiorno ", "buonasera ", "bom dia "),
    *_cues(Shape.ENDED, 0.6, "goedemorgen ", "thanks, ", "thank you, ", "thanks ", "danke, ", "merci, "),
    *_cues(Shape.ENDED, 0.6, "gracias, ", "grazie, ", "obrigado, ", "obrigada, ", "bedankt, "),
    *_cues(Shape.CAPITALISED, 0.6, "szanowny panie ", "szanowna pani ", "sayın ", "уважаемый ", "уважаемая "),
    # Sign-offs
    *_cues(Shape.ENDED, 0.6, "thanks,\n", "thank you,\n", "cheers,", "best,\n", "love,\n", "best wishes,"),
    *_cues(Shape.ENDED, 0.7, "regards,", "regards\n", "sincerely,", "sincerely\n", "faithfully,", "yours,\n"),
    *_cues(Shape.ENDED, 0.7, "yours truly,", "respectfully,", "grüßen,", "grüßen\n", "grüße,", "grüße\n"),
    *_cues(Shape.ENDED, 0.7, "gruß,", "gruß\n", "cordialement,", "cordialement\n", "bien à vous,"),
    *_cues(Shape.ENDED, 0.7, "salutations,", "atentamente,", "atentamente\n", "saludos,", "saludos\n"),
    *_cues(Shape.ENDED, 0.7, "un abrazo,", "saluti,", "saluti\n", "cordialmente,", "atenciosamente,"),
    *_cues(Shape.ENDED, 0.7, "abraços,", "cumprimentos,", "groet,", "groeten,", "groet\n", "pozdrawiam,"),
    *_cues(Shape.ENDED, 0.7, "pozdrawiam\n", "poważaniem,", "hälsningar,", "hilsen,", "saygılarımla,"),
    *_cues(Shape.ENDED, 0.7, "с уважением,", "пожеланиями,"),
    # Titles
    *_cues(Shape.CAPITALISED, 0.6, "mr. ", "mrs. ", "dr. ", "mr ", "mrs ", "miss ", "prof. ", "professor "),
    *_cues(Shape.CAPITALISED, 0.6, "herr ", "herrn ", "frau ", "mme ", "mlle ", "madame ", "monsieur "),
    *_cues(Shape.CAPITALISED, 0.6, "sr. ", "sra. ", "srta. ", "señor ", "señora ", "senhor ", "senhora "),
    *_cues(Shape.CAPITALISED, 0.6, "sig. ", "sig.ra ", "signor ", "signora ", "dott. ", "dott.ssa ", "dra. "),
    *_cues(Shape.CAPITALISED, 0.6, "meneer ", "mevrouw ", "geachte heer ", "mgr ", "господин ", "госпожа "),
    Cue("ms. ", Shape.CAPITALISED, 0.6, unless=r"[0-9] ?\Z"),  # milliseconds
    Cue("m. ", Shape.CAPITALISED, 0.6, unless=r"[\w.] ?\Z"),  # metres, hours before noon
    # Labels
    Cue("name: ", Shape.FULL, 0.7),
    *_cues(Shape.FULL, 0.6, "customer: ", "patient: ", "contact: ", "attn: ", "signed: ", "signed by "),
    Cue("from: ", Shape.FULL, 0.6, after=r"\s*[<(]"),
    *_cues(Shape.FULL, 0.6, "author: ", "assigned to ", "assignee: ", "requester: ", "caller: "),
    *_cues(Shape.FULL, 0.6, "nom: ", "nom : ", "nombre: ", "nome: ", "naam: ", "cliente: ", "client : "),
    *_cues(Shape.FULL, 0.6, "kunde: ", "kundin: ", "ansprechpartner: ", "ansprechpartnerin: ", "имя: "),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Between the words of a name.
PARTICLES = _words("al bin da de del della den der di dos du el la le ibn van von zu")

#: Words after a cue that are not names, in lower case: function words, states, groups, nationalities,
#: products.
NO_NAMES = _words(
    """
    a about above absolutely actually afraid after again agent ai all allowed almost already also although
    always an and angry another any anyone anxious anything are as ask asking assistant at aware away back
    bad be because been before being best better between billing board both bot busy but by calling can
    cannot care chief claude colleague colleagues committee confused considering could customer currently cc
    curious customers day dad delighted did director disappointed do does doing don't done down during each
    either email empty every everybody everyone excited facing feeling few fine folks for forever free
    friend friends from full further getting glad go going gone good got great guys had happy has have
    having he hello help her here hereby hi hiring him his hoping how however i i'd i'll i'm i've if
    important in inbox incorrect indeed initially inside instead interested into invalid is it it's its
    itself job just keen key kindly ladies last late later least less let like likely looking lost lot ma'am
    madam mainly making management manager many may maybe me member members missing mom more morning most
    mostly much must my myself name need needed neither never new next no nobody none nor not nothing now
    null of off ok okay old on once one only open or other others our out over own part partner partners
    please pleased plus probably proud question questions quite rather ready really regarding required
    requesting reply right sad same sir said see seeing seems select self sender set several shall she
    should sick similar simply since so some someone somebody something soon sorry speaking staff still
    string stuck student students subject such support sure taking talking team tech teacher than thank
    thanks that the their them then there therefore these they thinking this those though through thrilled
    tired to today together tomorrow too touch trying two type under unable undefined unknown unsure until
    up upset us use used user users using value variable very via wait waiting want was we well were what
    whatever when where whether which while who whom whose why will willing with within without wondering
    working world worried would writing wrong yes yesterday yet you your yours true false int str bool float
    object function class const var def return import monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december christmas
    easter african american arab argentinian asian australian austrian belgian brazilian british bulgarian
    canadian chilean chinese colombian croatian cuban czech danish dutch egyptian english ethiopian european
    filipino finnish french german ghanaian greek hungarian indian indonesian iranian iraqi irish israeli
    italian jamaican japanese kenyan korean lebanese malaysian mexican moroccan nigerian norwegian pakistani
    peruvian polish portuguese romanian russian scottish serbian singaporean spanish swedish swiss syrian
    taiwanese thai tunisian turkish ukrainian venezuelan vietnamese welsh christian muslim jewish hindu
    buddhist catholic alexa amazon android apple bing chatgpt copilot excel facebook gemini github gmail
    google gpt groot instagram iphone javascript kubernetes linkedin linux llama mac microsoft openai
    outlook python siri slack twitter whatsapp windows youtube
    mr mrs ms dr prof miss herr frau señor señora monsieur madame sr jr sra srta sig signor signora dott
    sales department departments services service solutions systems industries traders trading holdings
    enterprises technologies logistics consulting partners gmbh inc ltd llc corp plc accounts account payable
    receivable orders order search cancel payment payments delivery university hospital ministry bank airlines
    bot desk office centre center care premium standard enterprise plan plans edition api app server cluster
    ihr ihre ihnen sie du kundendienst kundenservice alle zusammen damen herren deutsche deutscher
    le la les vous nous notre votre équipe tous toutes français française client clientèle
    el los las usted equipo soporte todos todas atención mexicano mexicana español española
    il lo gli tutti tutte servizio clienti italiano italiana cliente pessoal equipe suporte brasileiro
    klant klanten klantenservice allemaal team zespół obsługa klienta ekibi поддержка команда служба все
    """
)

#: Given names and surnames that are everyday words as well: only remembered with a capital, in lower case
#: here.
EVERYDAY_NAMES = _words(
    """
    art ash august autumn baker banks bell berry bill bishop black bond brook brown buck carol carter case
    chance chase christian church cliff clay cook cooper crystal dale dawn day dean drew earl eve faith
    field fisher ford forest forrest frank free french gale gene glen good grace grant gray green guy hall
    hand harmony harper hill holiday holly hope house hunt hunter iris ivy jack jade jay jean joy june
    justice king knight lake lane lee long love major man mark marsh mason may mercy mike miles mills moss
    nick noble norm olive page park parker paris pat patience pearl penny pierce pike poppy porter price
    prince rain ray read reed rich ring river rob robin rock rose ruby rusty sage sandy scout sharp short
    singer skip sky small smart smith spring stark stone storm sue summer sunny swift taylor terry tucker
    van victor violet wade walker ward warren waters wells west white will winter wise wolf wood woods young
    """
)
