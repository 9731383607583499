"""Secrets of chat, mail, telephony, payment, commerce, observability and work tools; and formats anybody
uses."""

from __future__ import annotations

from .secret_checks import (
    discord_bot,
    encoded_private_key,
    encrypted_web_token,
    json_web_token,
    no_words,
)
from .secret_rules import BASE64, END, HEX, TOKEN, WORD, Place, Rule

INSIDE = Place.INSIDE

_UUID = rf"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}"

RULES: tuple[Rule, ...] = (
    # Chat, mail, telephony
    Rule(
        "slack",
        ("xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"),
        r"[A-Za-z0-9_%-]{10,400}",
    ),
    Rule("slack_rotating", ("xoxe.xoxb-", "xoxe.xoxp-"), rf"[0-9]-{TOKEN}{{40,400}}"),
    Rule("slack_app", ("xapp-",), rf"[0-9]-{TOKEN}{{20,250}}"),
    Rule("slack_workflow", ("xwfp-",), rf"{TOKEN}{{20,250}}"),
    Rule(
        "slack_webhook",
        ("hooks.slack.com/", "hooks.slack-gov.com/"),
        rf"(?:services|workflows|triggers)/({BASE64}{{30,120}})",
    ),
    Rule("discord_webhook", ("/api/webhooks/",), rf"([0-9]{{16,20}}/{TOKEN}{{60,80}})"),
    # The digits of the bot's number in base64 begin with one of these.
    Rule(
        "discord_bot",
        tuple(first + second for first in "MNO" for second in "DTjz"),
        rf"{TOKEN}{{21,26}}\.{TOKEN}{{6}}\.{TOKEN}{{27,38}}{END}",
        check=discord_bot,
    ),
    Rule("telegram_bot", ("AA",), rf"{TOKEN}{{33}}{END}", mixed=False, left=r"(?<![0-9])[0-9]{8,10}:"),
    Rule(
        "teams_webhook",
        ("webhook.office.com/webhookb2/", "outlook.office.com/webhook/"),
        rf"({_UUID}@{_UUID}/IncomingWebhook/{HEX}{{32}}/{_UUID}(?:/{TOKEN}{{20,80}})?)",
    ),
    Rule("twilio_key", ("SK",), rf"{HEX}{{32}}{END}"),
    Rule("sendgrid", ("SG.",), rf"{TOKEN}{{16,32}}\.{TOKEN}{{32,64}}", mixed=False),
    Rule("mailgun", ("key-",), rf"{HEX}{{32}}{END}"),
    Rule("mailchimp", ("-us",), rf"[0-9]{{1,2}}{END}", left=rf"(?<!{WORD}){HEX}{{32}}", place=INSIDE),
    Rule("brevo", ("xkeysib-", "xsmtpsib-"), rf"{HEX}{{64}}-{WORD}{{16}}"),
    Rule("resend", ("re_",), rf"{WORD}{{8}}_{WORD}{{20,40}}{END}"),
    # Payment and commerce
    Rule(
        "stripe",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_"),
        rf"{WORD}{{16,250}}",
    ),
    Rule("stripe_webhook", ("whsec_",), r"[A-Za-z0-9+/=]{24,100}"),
    Rule("shopify", ("shpat_", "shpca_", "shppa_", "shpss_"), r"[0-9a-fA-F]{32}"),
    Rule("square", ("sq0atp-", "sq0csp-"), rf"{TOKEN}{{22,48}}", mixed=False, check=no_words),
    Rule("square_access", ("EAAA",), rf"{TOKEN}{{60}}{END}"),
    Rule("braintree", ("access_token$",), rf"(?:production|sandbox)\${WORD}{{16}}\${HEX}{{32}}"),
    Rule(
        "adyen", ("AQE",), rf"[a-z]{BASE64}{{30,120}}={{0,2}}-{BASE64}{{20,80}}={{0,2}}-[\x21-\x7e]{{16,20}}"
    ),
    Rule("razorpay", ("rzp_live_", "rzp_test_"), rf"{WORD}{{14,24}}{END}"),
    Rule("plaid", ("access-sandbox-", "access-development-", "access-production-"), _UUID),
    Rule("flutterwave", ("FLWSECK-", "FLWSECK_TEST-"), rf"{WORD}{{12,40}}(?:-X)?"),
    Rule("easypost", ("EZAK", "EZTK"), rf"{WORD}{{54}}{END}"),
    Rule("shippo", ("shippo_live_", "shippo_test_"), rf"{HEX}{{40}}"),
    Rule("duffel", ("duffel_live_", "duffel_test_"), rf"{TOKEN}{{43}}"),
    # Observability
    Rule("new_relic", ("NRAK-", "NRAA-", "NRII-", "NRJS-"), rf"{TOKEN}{{19,32}}"),
    Rule("new_relic_license", ("NRAL",), END, left=rf"(?<!{WORD}){HEX}{{36}}", place=INSIDE),
    Rule("datadog", ("ddapp_", "ddpat_"), rf"{WORD}{{32,64}}"),
    Rule("grafana", ("glsa_",), rf"{WORD}{{32}}(?:_{HEX}{{8}})?"),
    Rule("grafana_cloud", ("glc_",), r"eyJ[A-Za-z0-9+/]{32,400}={0,2}"),
    Rule("sentry", ("sntrys_", "sntryu_"), r"[A-Za-z0-9_+/=]{40,400}"),
    Rule("honeycomb", ("hcaik_", "hcxik_", "hcamk_", "hcalk_", "hcbik_"), r"[0-9a-z]{26,80}"),
    Rule("dynatrace", ("dt0c01.", "dt0s01.", "dt0s16."), r"[A-Z0-9]{8,24}\.[A-Z0-9]{64}"),
    Rule("posthog_personal", ("phx_",), rf"{WORD}{{40,64}}"),
    # Work tools
    Rule("linear", ("lin_api_",), rf"{WORD}{{32,48}}", mixed=False),
    Rule("linear_oauth", ("lin_oauth_",), rf"{HEX}{{64}}"),
    Rule("notion", ("ntn_",), rf"{WORD}{{40,60}}"),
    Rule("notion_first", ("secret_",), rf"{WORD}{{43}}{END}"),
    Rule("airtable", ("pat",), rf"{WORD}{{14}}\.{HEX}{{64}}{END}"),
    Rule("hubspot", ("pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"), _UUID),
    Rule("figma", ("figd_", "figu_", "figr_"), rf"{TOKEN}{{36,60}}"),
    Rule("dropbox", ("sl.",), rf"{TOKEN}{{120,200}}"),
    Rule("contentful", ("CFPAT-",), rf"{TOKEN}{{43}}"),
    Rule("typeform", ("tfp_",), r"[A-Za-z0-9_.-]{40,64}"),
    Rule("launchdarkly", ("sdk-", "mob-"), _UUID),
    Rule("okta", ("SSWS ",), rf"(00{TOKEN}{{40}}){END}"),
    Rule("prefect", ("pnu_", "pnb_"), rf"{WORD}{{36}}{END}"),
    Rule("facebook", ("EAA",), rf"{WORD}{{90,300}}{END}"),
    Rule("twitter_bearer", ("AAAAAAAAAAAAAAAAAAAAA",), r"[A-Za-z0-9%]{60,140}"),
    # Formats
    Rule(
        "jwt",
        ("eyJ",),
        rf"{TOKEN}{{13,2048}}+\.eyJ{TOKEN}{{8,8192}}+\.{TOKEN}{{0,4096}}",
        mixed=False,
        check=json_web_token,
    ),
    Rule(
        "jwe",
        ("eyJ",),
        rf"{TOKEN}{{13,2048}}+\.{TOKEN}{{0,1024}}+\.{TOKEN}{{10,48}}+\.{TOKEN}{{4,8192}}+\.{TOKEN}{{16,128}}",
        mixed=False,
        check=encrypted_web_token,
    ),
    Rule("putty", ("PuTTY-User-Key-File-",), r"[23]:[\s\S]{0,4096}?Private-MAC: ?[0-9a-f]{40,64}", score=1.0),
    Rule(
        "encoded_private_key",
        ("LS0tLS1CRUdJTi",),
        rf"{BASE64}{{60,16384}}={{0,2}}",
        check=encoded_private_key,
    ),
    Rule(
        "authorization",
        tuple(f"{scheme} " for name in ("bearer", "basic") for scheme in (name, name.title(), name.upper())),
        r"[ ]{0,3}([A-Za-z0-9_.~+/=-]{16,4096})",
        score=0.8,
    ),
)
