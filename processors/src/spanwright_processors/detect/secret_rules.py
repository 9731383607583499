"""The shapes of secrets, as a table: provider keys and tokens, private keys, passwords in addresses and
settings."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """``pattern`` is matched where one of ``literals`` stands; group 1, where there is one, is the secret.

    ``mixed``: the match must hold a digit and a letter, as random text of its length does and a word does
    not. ``inside_word``: the literal need not begin a word.
    """

    name: str
    literals: tuple[str, ...]
    pattern: str
    mixed: bool = True
    score: float = 0.95
    inside_word: bool = False


_TOKEN = "[A-Za-z0-9_-]"
_WORD = "[A-Za-z0-9]"
_HEX = "[0-9a-f]"
#: After a secret of fixed length: not in the middle of a longer word.
_END = "(?![A-Za-z0-9])"

RULES: tuple[Rule, ...] = (
    # Model providers and tools around them
    # also DeepSeek, Anthropic, …
    Rule(
        "openai",
        ("sk-",),
        rf"sk-(?:proj-|svcacct-|admin-|None-)?{_TOKEN}{{16,400}}",
    ),
    Rule("langfuse_public", ("pk-lf-",), rf"pk-lf-{_TOKEN}{{20,64}}"),
    Rule("google_api", ("AIza",), rf"AIza{_TOKEN}{{35}}", mixed=False),
    Rule("google_oauth_client", ("GOCSPX-",), rf"GOCSPX-{_TOKEN}{{20,64}}", mixed=False),
    Rule("google_access_token", ("ya29.",), r"ya29\.[A-Za-z0-9_.-]{20,2048}"),
    Rule("hugging_face", ("hf_",), rf"hf_{_WORD}{{30,64}}", mixed=False),
    Rule("groq", ("gsk_",), rf"gsk_{_WORD}{{32,80}}", mixed=False),
    Rule("xai", ("xai-",), rf"xai-{_TOKEN}{{32,128}}"),
    Rule("perplexity", ("pplx-",), rf"pplx-{_WORD}{{32,80}}", mixed=False),
    Rule("replicate", ("r8_",), rf"r8_{_WORD}{{32,48}}", mixed=False),
    Rule("cerebras", ("csk-",), rf"csk-{_WORD}{{32,80}}"),
    Rule("nvidia", ("nvapi-",), rf"nvapi-{_TOKEN}{{40,100}}", mixed=False),
    Rule("langsmith", ("lsv2_",), rf"lsv2_(?:pt|sk)_{_HEX}{{32}}_{_HEX}{{8,12}}"),
    Rule("pinecone", ("pcsk_",), rf"pcsk_{_TOKEN}{{40,100}}"),
    Rule("tavily", ("tvly-",), rf"tvly-{_TOKEN}{{20,64}}"),
    Rule("elevenlabs", ("sk_",), rf"sk_{_HEX}{{48}}{_END}"),
    Rule("bedrock", ("ABSK",), r"ABSK[A-Za-z0-9+/]{90,200}={0,2}", mixed=False),
    # Clouds
    Rule(
        "aws_access_key_id",
        ("AKIA", "ASIA"),
        rf"A[KS]IA[A-Z2-7]{{16}}{_END}",
        mixed=False,
    ),
    Rule("azure_ad_client", ("Q~",), r"Q~[A-Za-z0-9_.~-]{31,34}", inside_word=True),
    Rule(
        "azure_key",
        ("AccountKey=", "SharedAccessKey="),
        r"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,100}={0,2})",
    ),
    Rule("azure_signature", ("sig=",), r"sig=([A-Za-z0-9%+/]{40,120}={0,2})"),
    Rule("digitalocean", ("dop_v1_", "doo_v1_", "dor_v1_"), rf"do[opr]_v1_{_HEX}{{64}}"),
    Rule("databricks", ("dapi",), rf"dapi{_HEX}{{32}}(?:-[0-9])?{_END}"),
    Rule("fly", ("FlyV1 ",), r"FlyV1 (fm[12][ar]?_[A-Za-z0-9+/=,_-]{40,2048})"),
    Rule("heroku", ("HRKU-",), rf"HRKU-{_TOKEN}{{30,70}}"),
    Rule("vault", ("hvs.", "hvb."), r"hv[sb]\.[A-Za-z0-9_-]{24,200}"),
    Rule("terraform", (".atlasv1.",), r"\.atlasv1\.[A-Za-z0-9_=-]{60,80}", inside_word=True),
    Rule("doppler", ("dp.pt.", "dp.st."), r"dp\.(?:pt|st)\.[A-Za-z0-9_.-]{40,70}"),
    Rule("planetscale", ("pscale_",), r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,80}"),
    Rule("supabase", ("sbp_",), rf"sbp_{_HEX}{{40}}"),
    # Source forges and package registries
    Rule("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"gh[pousr]_{_WORD}{{30,255}}", mixed=False),
    Rule("github_fine_grained", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{40,255}"),
    Rule(
        "gitlab",
        ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-"),
        r"gl(?:pat|dt|rt|cbt|ptt|ft)-[A-Za-z0-9_.-]{20,300}",
    ),
    Rule("atlassian", ("ATATT3",), r"ATATT3[A-Za-z0-9_=-]{60,300}"),
    Rule("bitbucket", ("ATBB",), rf"ATBB{_WORD}{{32}}{_END}"),
    Rule("npm", ("npm_",), rf"npm_{_WORD}{{36}}{_END}", mixed=False),
    Rule("pypi", ("pypi-",), rf"pypi-{_TOKEN}{{50,1000}}"),
    Rule("rubygems", ("rubygems_",), rf"rubygems_{_HEX}{{48}}"),
    Rule("docker", ("dckr_pat_",), rf"dckr_pat_{_TOKEN}{{20,64}}", mixed=False),
    # Chat, mail, telephony
    Rule("slack", ("xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"), rf"xox[abeprs]-{_TOKEN}{{10,250}}"),
    Rule("slack_app", ("xapp-",), rf"xapp-[0-9]-{_TOKEN}{{20,250}}"),
    Rule(
        "slack_webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9+/]{30,120})",
        inside_word=True,
    ),
    Rule(
        "discord_webhook",
        ("/api/webhooks/",),
        r"/api/webhooks/([0-9]{16,20}/[A-Za-z0-9_-]{60,80})",
        inside_word=True,
    ),
    Rule("telegram_bot", (":AA",), rf":AA{_TOKEN}{{33}}{_END}", mixed=False, inside_word=True),
    Rule("twilio_key", ("SK",), rf"SK{_HEX}{{32}}{_END}"),
    Rule("sendgrid", ("SG.",), r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", mixed=False),
    Rule("mailgun", ("key-",), rf"key-{_HEX}{{32}}{_END}"),
    # Payment and commerce
    Rule(
        "stripe",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_"),
        rf"[sr]k_(?:live|test)_{_WORD}{{16,250}}",
    ),
    Rule("stripe_webhook", ("whsec_",), r"whsec_[A-Za-z0-9+/=]{24,100}"),
    Rule("shopify", ("shpat_", "shpca_", "shppa_", "shpss_"), r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    Rule("square", ("sq0atp-", "sq0csp-"), rf"sq0(?:atp|csp)-{_TOKEN}{{22,48}}", mixed=False),
    # Observability and work tools
    Rule("new_relic", ("NRAK-",), rf"NRAK-{_WORD}{{27}}"),
    Rule("grafana", ("glsa_", "glc_"), r"gl(?:sa|c)_[A-Za-z0-9_+/=]{32,400}"),
    Rule("sentry", ("sntrys_", "sntryu_"), r"sntry[su]_[A-Za-z0-9_+/=]{40,400}"),
    Rule("linear", ("lin_api_",), rf"lin_api_{_WORD}{{32,48}}", mixed=False),
    Rule("notion", ("ntn_",), rf"ntn_{_WORD}{{40,60}}"),
    Rule("figma", ("figd_",), rf"figd_{_TOKEN}{{36,60}}"),
    Rule("postman", ("PMAK-",), rf"PMAK-{_HEX}{{24}}-{_HEX}{{34}}"),
    # Formats
    Rule(
        "jwt",
        ("eyJ",),
        r"eyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{0,4096}",
        mixed=False,
    ),
    Rule("age", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{58}", mixed=False),
    Rule(
        "url_password",
        ("://",),
        r"://[^\s:@/\"'<>\\]{0,128}:([^\s/\"'<>\\]{1,256})@(?=[\w\[$%])",
        mixed=False,
        score=0.9,
        inside_word=True,
    ),
)


class Keyword(NamedTuple):
    """A word before a secret in settings, code and speech, in lower case.

    ``rest`` may follow ``literal`` in the word; ``before`` must stand before it, where it is given; the
    value has at least ``length`` characters, a digit and a letter among them unless it is in quotation marks.
    """

    literal: str
    rest: str = ""
    before: str = ""
    length: int = 6


KEYWORDS: tuple[Keyword, ...] = (
    Keyword("pass", r"(?:word|phrase|code|wort|wd|e)?"),
    Keyword("pwd"),
    Keyword("contraseña"),
    Keyword("secret", r"(?:[_-]?access)?(?:[_-]?key)?", length=8),
    Keyword(
        "key",
        before=r"(?:api|access|private|secret|signing|encryption|master|account|auth|subscription)[_ -]?",
        length=12,
    ),
    Keyword("token", length=16),
)
