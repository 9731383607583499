"""Secrets of clouds, of platforms to run things on, and of what keeps secrets itself."""

from __future__ import annotations

from .secret_checks import no_words
from .secret_rules import BASE64, END, HEX, TOKEN, WORD, Place, Rule

INSIDE = Place.INSIDE

RULES: tuple[Rule, ...] = (
    Rule("aws_access_key_id", ("AKIA", "ASIA", "ABIA", "ACCA"), rf"[A-Z2-7]{{16}}{END}", mixed=False),
    Rule("aws_session", ("IQoJb3JpZ2lu", "FwoGZXIvYXdz", "FQoGZXIvYXdz"), rf"{BASE64}{{80,4096}}={{0,2}}"),
    Rule("aws_marketplace", ("amzn.mws.",), rf"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}"),
    Rule("amazon_login", ("amzn1.oa2-cs.v1.",), rf"{HEX}{{64}}{END}"),
    Rule("google_oauth_client", ("GOCSPX-",), rf"{TOKEN}{{20,64}}", mixed=False, check=no_words),
    Rule("google_access_token", ("ya29.",), r"[A-Za-z0-9_.-]{20,2048}"),
    Rule("google_refresh_token", ("1//",), rf"0[a-z]{TOKEN}{{40,200}}"),
    Rule("google_storage_hmac", ("GOOG1E",), rf"[A-Z0-9]{{18,70}}{END}"),
    # Three characters and a digit, then the mark; 40 in all.
    Rule(
        "azure_client_secret",
        ("Q~",),
        r"[A-Za-z0-9_.~-]{31,34}",
        left=r"[A-Za-z0-9_.~-]{3}[0-9]",
        place=Place.ANYWHERE,
    ),
    # 52 random characters, then the mark of annotated keys: Azure OpenAI, Search, Storage, Cosmos, DevOps …
    Rule(
        "azure_annotated",
        ("JQQJ9",),
        rf"{WORD}{{27,32}}={{0,2}}",
        left=rf"{WORD}{{52}}",
        score=1.0,
        place=INSIDE,
    ),
    Rule("azure_devops", ("AZDO",), rf"{WORD}{{4}}{END}", left=rf"{WORD}{{76}}", score=1.0, place=INSIDE),
    Rule(
        "azure_key",
        ("AccountKey=", "SharedAccessKey=", "accesskey=", "AccessKey=", "AccountKey%3D"),
        rf"({BASE64}{{40,100}}={{0,2}})",
    ),
    Rule("azure_signature", ("sig=", "SIG="), r"([A-Za-z0-9%+/]{40,120}={0,2})"),
    Rule("azure_function_code", ("code=",), r"([A-Za-z0-9_-]{42,56}(?:==|%3D%3D))"),
    Rule("digitalocean", ("dop_v1_", "doo_v1_", "dor_v1_"), rf"{HEX}{{64}}"),
    Rule("cloudflare", ("cfk_", "cfut_", "cfat_"), rf"{TOKEN}{{40,56}}"),
    Rule("cloudflare_origin", ("v1.0-",), rf"{HEX}{{24}}-{HEX}{{120,160}}"),
    Rule("alibaba", ("LTAI",), rf"{WORD}{{12,24}}{END}"),
    Rule("tencent", ("AKID",), rf"{WORD}{{28,36}}{END}"),
    Rule("yandex", ("AQVN",), rf"{TOKEN}{{35,38}}{END}"),
    Rule("scaleway", ("SCW",), rf"[A-Z0-9]{{17}}{END}"),
    Rule("databricks", ("dapi", "dose", "dkea"), rf"{HEX}{{32}}(?:-[0-9])?{END}"),
    Rule("fly", ("FlyV1 ",), r"((?:fm[12][ar]?_|fo1_)[A-Za-z0-9+/=,_-]{40,2048})"),
    Rule("fly_macaroon", ("fm1r_", "fm1a_", "fm2_", "fo1_"), r"[A-Za-z0-9+/=,_-]{40,2048}"),
    Rule("heroku", ("HRKU-",), rf"{TOKEN}{{30,70}}"),
    Rule("vercel", ("vcp_", "vci_", "vca_", "vcr_", "vck_"), rf"{WORD}{{24,80}}"),
    Rule("netlify", ("nfp_", "nfc_", "nfo_", "nfb_", "nfu_"), rf"{WORD}{{36,60}}"),
    Rule("supabase", ("sbp_",), rf"(?:v0_|oauth_)?{HEX}{{40}}"),
    Rule("supabase_key", ("sb_secret_",), rf"{TOKEN}{{20,64}}"),
    Rule("neon", ("napi_",), rf"{WORD}{{40,80}}"),
    Rule("planetscale", ("pscale_tkn_", "pscale_pw_", "pscale_oauth_"), r"[A-Za-z0-9_.=-]{32,80}"),
    Rule("render", ("rnd_",), rf"{WORD}{{28,48}}{END}"),
    Rule("pulumi", ("pul-",), rf"{HEX}{{40}}{END}"),
    Rule("terraform", ("atlasv1.",), r"[A-Za-z0-9_=-]{60,80}", left=rf"{WORD}{{14}}\."),
    Rule("vault", ("hvs.", "hvb.", "hvr."), r"[A-Za-z0-9_-]{24,300}"),
    Rule(
        "doppler", ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."), r"[A-Za-z0-9_.-]{40,70}"
    ),
    Rule("one_password", ("ops_eyJ",), rf"{TOKEN}{{200,2048}}={{0,2}}"),
    Rule("one_password_secret", ("A3-",), r"[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}"),
    Rule("age", ("AGE-SECRET-KEY-1",), r"[AC-HJ-NP-Z02-9]{58}", mixed=False, score=1.0),
    Rule("tailscale", ("tskey-",), rf"[a-z]{{3,10}}-{WORD}{{8,20}}-{WORD}{{20,48}}"),
    Rule("ngrok_api", ("ngrok_api_",), rf"{TOKEN}{{40,64}}"),
)
