"""Secrets, and the many things that look a little like them."""

from __future__ import annotations

import base64
import json
import random
import time
import uuid
from pathlib import Path

import pytest
from spanwright_processors.detect import secrets
from spanwright_processors.detect.engine import lower_case
from spanwright_processors.detect.secret_tokens import find as find_tokens
from support.findings import values

HEX = "0123456789abcdef" * 8
WORD = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0" * 3
UPPER = "A2B3C4D5E6F7G2H3"

#: In two parts, so that no scanner of source code takes these tests for keys.
PEM = "PRIVATE " + "KEY"


def part(**fields: str) -> str:
    """A part of a web token."""
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


# Made up: right in shape, given out by nobody.
SECRETS = {
    "openai": f"sk-{WORD[:48]}",
    "openai project": f"sk-proj-{WORD[:60]}_-{WORD[:20]}",
    "anthropic": f"sk-ant-api03-{WORD[:90]}-AA",
    "openrouter": f"sk-or-v1-{HEX[:64]}",
    "langfuse": f"sk-lf-{HEX[:8]}-{HEX[:4]}-{HEX[:4]}-{HEX[:4]}-{HEX[:12]}",
    "google": f"AIza{WORD[:35]}",
    "google oauth": f"GOCSPX-{WORD[:28]}",
    "hugging face": f"hf_{WORD[:34]}",
    "groq": f"gsk_{WORD[:52]}",
    "xai": f"xai-{WORD[:80]}",
    "perplexity": f"pplx-{WORD[:48]}",
    "replicate": f"r8_{WORD[:37]}",
    "nvidia": f"nvapi-{WORD[:64]}",
    "langsmith": f"lsv2_pt_{HEX[:32]}_{HEX[:10]}",
    "pinecone": f"pcsk_{WORD[:64]}",
    "aws": f"AKIA{UPPER}",
    "aws session": f"ASIA{UPPER}",
    "digitalocean": f"dop_v1_{HEX[:64]}",
    "databricks": f"dapi{HEX[:32]}",
    "vault": f"hvs.{WORD[:90]}",
    "github": f"ghp_{WORD[:36]}",
    "github app": f"ghs_{WORD[:36]}",
    "github fine-grained": f"github_pat_{WORD[:22]}_{WORD[:59]}",
    "gitlab": f"glpat-{WORD[:20]}",
    "atlassian": f"ATATT3{WORD[:100]}",
    "npm": f"npm_{WORD[:36]}",
    "pypi": f"pypi-AgEIcHlwaS5vcmc{WORD[:100]}",
    "docker": f"dckr_pat_{WORD[:27]}",
    "slack": f"xoxb-123456789012-123456789012-{WORD[:24]}",
    "slack app": f"xapp-1-A0B1C2D3E4F-123456789012-{HEX[:64]}",
    "sendgrid": f"SG.{WORD[:22]}.{WORD[:43]}",
    "twilio": f"SK{HEX[:32]}",
    "mailgun": f"key-{HEX[:32]}",
    "stripe": f"sk_live_{WORD[:24]}",
    "stripe restricted": f"rk_test_{WORD[:24]}",
    "stripe webhook": f"whsec_{WORD[:32]}",
    "shopify": f"shpat_{HEX[:32]}",
    "square": f"sq0atp-{WORD[:22]}",
    "new relic": f"NRAK-{WORD[:27]}",
    "grafana": f"glsa_{WORD[:32]}_{HEX[:8]}",
    "linear": f"lin_api_{WORD[:40]}",
    "notion": f"ntn_{WORD[:46]}",
    "jwt": f"{part(alg='HS256')}.{part(sub='1234567890')}.{WORD[:43]}",
    "rsa key": f"-----BEGIN RSA {PEM}-----\nMIIBOgIBAAJBAK\nx+/=\n-----END RSA {PEM}-----",
    "openssh key": f"-----BEGIN OPENSSH {PEM}-----\nb3BlbnNzaC1r\n-----END OPENSSH {PEM}-----",
    "pgp key": f"-----BEGIN PGP {PEM} BLOCK-----\n\nlQOYBF/x\n=a1B2\n-----END PGP {PEM} BLOCK-----",
    "encrypted key": f"-----BEGIN ENCRYPTED {PEM}-----\nMIIFHDBOBgkq\n-----END ENCRYPTED {PEM}-----",
    "ssh2 key": f"---- BEGIN SSH2 ENCRYPTED {PEM} ----\nP2/56wAAAgIAA\n---- END SSH2 ENCRYPTED {PEM} ----",
    "escaped key": f"-----BEGIN {PEM}-----\\nMIIBOgIBAAJBAK\\n-----END {PEM}-----",
}  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_finds_secrets_whole_in_their_surroundings(secret: str) -> None:
    """The whole secret is found, in sentences, settings, code and headers."""
    for text in (
        secret,
        f"use {secret}, please",
        f"KEY={secret}",
        f'k = "{secret}"',
        f"({secret})",
        f"`{secret}`",
    ):
        assert values(text, "SECRET") == [secret], text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgres://bob:s3cr3t@db.example/x", "s3cr3t"),
        ("mongodb+srv://root:pa:ss%21word@cluster0.example.net/?x=1", "pa:ss%21word"),
        ("redis://:hunter2@cache:6379", "hunter2"),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + WORD[:86] + "==;X=1", WORD[:86] + "=="),
        ("password=hunter2!", "hunter2!"),
        ("PASSWORD: 'correct horse'", None),
        ('"password": "Tr0ub4dor&3"', "Tr0ub4dor&3"),
        ("my password is hunter22", "hunter22"),
        ("DB_PASSWORD=pr0duct10n", "pr0duct10n"),
        ("dbPassword: pr0duct10n", "pr0duct10n"),
        ("Pwd=Str0ngOne;Server=x", "Str0ngOne"),
        ("api_key = 'abcdef1234567890'", "abcdef1234567890"),
        ("X-Api-Key: abcdef1234567890", "abcdef1234567890"),
        (f"aws_secret_access_key = wJalr/{WORD[:34]}", f"wJalr/{WORD[:34]}"),
        ("client_secret=0a1b2c3d4e5f6a7b", "0a1b2c3d4e5f6a7b"),
        ("Authorization: Bearer abcdefghij0123456789", "abcdefghij0123456789"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", "dXNlcjpwYXNzd29yZDEyMw=="),
        ("token=abcdef0123456789abcdef", "abcdef0123456789abcdef"),
        (f"bot123456789:AA{WORD[:33]}", f"123456789:AA{WORD[:33]}"),
        (f"https://{WORD[:40]}:x-oauth-basic@git.example/x", WORD[:40]),
        ("next_token: 'a1B2c3D4e5F6g7H8i9J0'", None),
        ("self.private_key: ed25519.Ed25519PrivateKey", None),
        ("headers = {token: imdsv2_session_token}", None),
        ("continue_token: TOK_UNARY_HOP1_B64", None),
        ("PASSWORD=SUMMER_2024", "SUMMER_2024"),
    ],
)  # fmt: skip
def test_finds_secrets_by_what_stands_before_them(text: str, secret: str | None) -> None:
    """Passwords in URLs, values of settings, headers; only the secret itself."""
    assert values(text, "SECRET") == ([secret] if secret else [])


@pytest.mark.parametrize(
    "body",
    [
        "\nVersion: GnuPG v1.4.10 (GNU/Linux)\nComment: none [at all]\n\nlQOYBF1a2b3c\n=a1B2\n",
        "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0011AAFF\n\nMIIEpQIBAAKCAQEA\n",
        '\\n" +\n    "MIIEpQIBAAKCAQEA\\n" +\n    "xYz0123456789\\n" +\n    "',
        "\\r\\nMIIEpQIBAAKCAQEA\\r\\n",
    ],
)
def test_finds_a_private_key_however_it_is_written(body: str) -> None:
    """With header lines, as strings of a program, with escaped ends of lines: to the end of its END line."""
    key = f"-----BEGIN RSA {PEM}-----{body}-----END RSA {PEM}-----"
    assert values(f"const key = `{key}`;", "SECRET") == [key]


def test_a_token_before_the_host_of_an_address_is_one() -> None:
    """Sentry's addresses, and source forges': together with the host they look like an e-mail address."""
    for address in (
        f"https://{HEX[:32]}@o1.ingest.sentry.example/2",
        f"https://{WORD[:40]}@git.example/x.git",
    ):
        [finding] = secrets.find(address, address.lower())
        assert address[finding.start : finding.end] in (HEX[:32], WORD[:40])


def test_finds_a_private_key_that_was_cut() -> None:
    """Without its END line a private key goes to where its base64 ends."""
    key = f"-----BEGIN RSA {PEM}-----\n" + "MIIEpAIBAAKCAQEA\n" * 30
    assert values(key, "SECRET") == [key]


NO_SECRETS = [
    "def check(password: str, api_key: str | None = None) -> bool:",
    "password = get_password()",
    "api_key=os.environ['OPENAI_API_KEY']",
    "api_key = settings.api_key",
    "client = OpenAI(api_key=api_key)",
    "password=${DB_PASSWORD}",
    'password: "<your-password>"',
    "PASSWORD=********",
    "max_tokens=4096, token: 12, total_tokens: 1234567",
    "the password is wrong",
    "my password was changed yesterday",
    "token is missing",
    "forgot your password? secret: none",
    "primary_key=True, foreign_key='users.id'",
    'key="value", keyword: something1234567',
    "https://example.com/path:80/x@y",
    "http://localhost:8080/",
    "ssh://git@github.com/org/repo",
    "550e8400-e29b-41d4-a716-446655440000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "c468ecc2413ae252f79c9e1ad79d8ef1170627f6",
    "risk-averse desk-based task-oriented sk-learn",
    "SKILLS SKU SG.1 AKIA ASIA eyJ ghp_ hf_ gsk_ npm_ xai- sk-",
    "hf_hub_download('model')",
    "npm_config_registry",
    "gsk_value r8_value glc_x",
    "key-value-store key-0123",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "basic understanding of bearer bonds",
    "request_id=req_0123456789abcdef trace=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "chatcmpl-A1B2C3D4E5F6G7H8I9J0 call_abc123DEF456 msg_0123456789 resp_0123456789abcdef",
    "v1.2.3-rc.4+build.5",
    "package==1.2.3 --hash=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "[SECRET] password=[SECRET] postgres://bob:[SECRET]@db/x sk-[SECRET]",
]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_leaves_code_ids_hashes_and_words(text: str) -> None:
    """Source code, stand-ins, UUIDs, hashes, base64, versions and ordinary sentences hold no secret."""
    assert values(text, "SECRET") == []


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ-", "eyJa1b2c3d4e5f6g7h8.", "fm2_", "fo1_a1B2", "ya29.a1B2c3D4e5F6g7H8.", "JQQJ9", "Q~a1",
        "sk-None-", "Bearer a1 ", "pass:", "token = ", "api key: ",
        "://a1b2c3d4e5f6g7h8i9j0k1:", "---- BEGIN ",
        "AKIA" + "A2B3C4D5E6F7G2H3 ", "LS0tLS1CRUdJTi", "PuTTY-User-Key-File-2:x",
    ],
)  # fmt: skip
def test_no_repeated_beginning_of_a_secret_takes_long(piece: str) -> None:
    """100 kB of it take well under a second of processor time."""
    text = piece * (100_000 // len(piece))
    begun = time.process_time()
    for _ in secrets.find(text, text.lower()):
        pass
    assert time.process_time() - begun < 2.0


def noise() -> dict[str, str]:
    """What looks most like secrets and is none, 100 kB and more of each."""
    chance = random.Random(7)
    raw = [chance.randbytes(48) for _ in range(2000)]
    return {
        "identifiers": "\n".join(str(uuid.UUID(bytes=part[:16])) for part in raw * 2),
        "hashes": "\n".join(f"{size}:{part[:size].hex()}" for part in raw for size in (16, 20, 32, 48)),
        "base64": "\n".join(base64.b64encode(part).decode() for part in raw),
        "web-safe base64": "\n".join(base64.urlsafe_b64encode(part).decode() for part in raw),
        "a lock file": "\n".join(
            f"    --hash=sha256:{part[:32].hex()}\n"
            f'"integrity": "sha512-{base64.b64encode(part * 2)[:86].decode()}=="'
            for part in raw
        ),
        "logs": "\n".join(
            f"2026-11-23T12:00:{at % 60:02} INFO [{part[:8].hex()}] trace_id={part[:16].hex()} "
            f"GET /v1/{part[:9].hex()}?page={at}&key={at} 200 {at}ms max_tokens={at} "
            f"session=s_{base64.b32encode(part[:10]).decode().lower()}"
            for at, part in enumerate(raw)
        ),
        "minified JavaScript": "".join(
            f'function q{at}(e,t){{var n=e.key||"k{at}",r=t.token;return n?r[n]:t.pass=!0}}'
            f'!function(){{const o={{id:"{part[:6].hex()}",secret:e=>e.k{at},cls:"sk-btn-{at} x"}};}}();'
            for at, part in enumerate(raw)
        ),
    }


@pytest.mark.parametrize(("kind", "text"), noise().items(), ids=noise().keys())
def test_noise_holds_no_secret(kind: str, text: str) -> None:
    """Identifiers, hashes, base64, lock files, logs and minified code, by the megabyte: nothing."""
    found = [text[hit.start - 20 : hit.end] for hit in secrets.find(text, text.lower())]
    assert not found, kind


def test_source_code_holds_hardly_a_secret() -> None:
    """Not one rule's literal is met by chance in installed packages; names and examples rarely."""
    site = Path(pytest.__file__).parent.parent
    packages = ("_pytest", "pydantic", "hypothesis", "opentelemetry")
    sources = [path.read_text() for name in packages for path in site.glob(f"{name}/**/*.py")]
    assert not [hit for source in sources for hit in find_tokens(source)]
    hits = [hit for source in sources for hit in secrets.find(source, lower_case(source)) if hit.score < 0.9]
    assert len(hits) <= sum(map(len, sources)) / 1_000_000
