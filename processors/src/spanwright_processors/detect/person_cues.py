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
    """In lower case, with an ASCII apostrophe. ``line``: only at the start of a line or sentence."""

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
    Cue("je m'appelle ", Shape.CAPITALISED, 0.85),
    Cue("je suis ", Shape.FULL, 0.6),
    Cue("ich heiße ", Shape.CAPITALISED, 0.85),
    Cue("ich heisse ", Shape.CAPITALISED, 0.85),
    Cue("ich bin ", Shape.FULL, 0.6),
    Cue("mein name ist ", Shape.CAPITALISED, 0.85),
    Cue("me llamo ", Shape.CAPITALISED, 0.85),
    Cue("mi nombre es ", Shape.CAPITALISED, 0.85),
    Cue("mi chiamo ", Shape.CAPITALISED, 0.85),
    Cue("meu nome é ", Shape.CAPITALISED, 0.85),
    Cue("me chamo ", Shape.CAPITALISED, 0.85),
    Cue("mijn naam is ", Shape.CAPITALISED, 0.85),
    Cue("ik heet ", Shape.CAPITALISED, 0.85),
    # Salutations and sign-offs
    Cue("dear ", Shape.ENDED, 0.7),
    Cue("hi ", Shape.ENDED, 0.6, line=True),
    Cue("hello ", Shape.ENDED, 0.6, line=True),
    Cue("hey ", Shape.ENDED, 0.6, line=True),
    Cue("good morning ", Shape.ENDED, 0.6),
    Cue("good afternoon ", Shape.ENDED, 0.6),
    Cue("good evening ", Shape.ENDED, 0.6),
    Cue("thanks, ", Shape.ENDED, 0.6),
    Cue("thank you, ", Shape.ENDED, 0.6),
    Cue("thanks,\n", Shape.ENDED, 0.6),
    Cue("thank you,\n", Shape.ENDED, 0.6),
    Cue("regards,", Shape.ENDED, 0.7),
    Cue("sincerely,", Shape.ENDED, 0.7),
    Cue("cheers,", Shape.ENDED, 0.6),
    Cue("hallo ", Shape.ENDED, 0.6, line=True),
    Cue("bonjour ", Shape.ENDED, 0.6, line=True),
    Cue("hola ", Shape.ENDED, 0.6, line=True),
    Cue("grüßen,", Shape.ENDED, 0.7),
    Cue("grüße,", Shape.ENDED, 0.7),
    # Titles
    Cue("mr. ", Shape.CAPITALISED, 0.6),
    Cue("mrs. ", Shape.CAPITALISED, 0.6),
    Cue("ms. ", Shape.CAPITALISED, 0.6, unless=r"[0-9] ?\Z"),  # milliseconds
    Cue("dr. ", Shape.CAPITALISED, 0.6),
    Cue("mr ", Shape.CAPITALISED, 0.6),
    Cue("mrs ", Shape.CAPITALISED, 0.6),
    Cue("herr ", Shape.CAPITALISED, 0.6),
    Cue("frau ", Shape.CAPITALISED, 0.6),
    # Labels
    Cue("name: ", Shape.FULL, 0.7),
    Cue("customer: ", Shape.FULL, 0.6),
    Cue("patient: ", Shape.FULL, 0.6),
    Cue("contact: ", Shape.FULL, 0.6),
    Cue("attn: ", Shape.FULL, 0.6),
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
    mr mrs ms dr prof miss herr frau señor señora monsieur madame sr jr
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
