"""Secrets: provider keys and tokens, private keys, passwords in addresses and in settings.

Tokens are random and long. So a text is first searched for sixteen characters of tokens in a row, a digit or
a capital letter among them (1 ns a character), and the literals that tokens begin with are looked for around
these runs only. Passwords have no such shape; they are looked for after the words and signs before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .finding import Entity, Finding
from .places import Flag
from .secret_rules import KEYWORDS, Keyword
from .secret_tokens import find as find_tokens
from .secret_tokens import find_at as find_tokens_at
from .secret_tokens import has_letter_and_digit

if TYPE_CHECKING:
    from spanwright_native import Places

#: The shortest text that can hold a secret.
_SHORTEST = 8
_PEM_BEGIN = re.compile(r"-{4,5} ?BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_PEM_END = re.compile(r"-{4,5} ?END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
# Header lines (``Version: GnuPG v1.4.10 (GNU/Linux)``), then base64, whose lines may be strings of their own.
_PEM_BODY = re.compile(
    r"(?:\\[nr]|\s){0,8}(?:[A-Za-z-]{2,24}: ?[^\n\\\"]{0,200}(?:\n|(?:\\r)?\\n)){0,8}"
    r"(?:\\[nr]|[A-Za-z0-9+/=\s:,.-]|[\"']\s{0,80}[+.]?\s{0,80}[\"']){0,16384}"
)
#: ``scheme://user:password@``; and a token alone before the at sign, as source forges and Sentry take it.
_URL_PASSWORD = re.compile(r"://[^\s:@/\"'<>\\]{0,128}:([^\s/\"'<>\\]{1,256})@(?=[\w\[$%])")
_URL_TOKEN = re.compile(r"://([A-Za-z0-9_-]{20,256})(?::x-oauth-basic)?@(?=[\w\[])")
# The sign between word and value, and the value.
_ASSIGNED = (
    r"(?:\\?[\"'])?[ \t]{0,4}(?:(?P<sign>:=|=>|==?|:|：)|(?:is|was):?(?=[ \t]))[ \t]{0,4}"
    r"(?:(?:bearer|basic)[ ]{1,4})?(?P<quote>\\?[\"'`])?(?P<value>[^\s\"'`<>\\,;]{6,256})"
)


class _Compiled(NamedTuple):
    assigned: re.Pattern[str]
    before: re.Pattern[str] | None
    unless: re.Pattern[str] | None


@cache
def _compiled(keyword: Keyword) -> _Compiled:
    """Compiled when the keyword is seen first."""
    before, unless = (re.compile(rf"(?:{p})\Z") if p else None for p in (keyword.before, keyword.unless))
    return _Compiled(re.compile(keyword.literal + keyword.rest + _ASSIGNED), before, unless)


_ASCII_KEYWORDS = tuple(keyword for keyword in KEYWORDS if keyword.literal.isascii())
#: How far before a keyword is looked, in characters.
_BEFORE = 16
#: The name of a type, a variable or a constant: ``private_key: ed25519.Ed25519PrivateKey``.
_NAME = re.compile(
    r"[A-Za-z_][\w.]*(?:Key|Token|Types?|Secret|Password|Credentials?|_(?:key|token|secret|password|credentials?))"
    r"|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
)
#: Values of at least so many characters are keys and tokens; a password may look like a name.
_NAMED_LENGTH = 12
#: Values that are code or a stand-in, not a secret.
_NO_SECRET = re.compile(
    r"[\[({$*%.]|![01](?![a-z0-9])|(?:your|my|the|some|test|example|change|insert|enter|replace|xxx|\*\*\*|\.\.\.|none|null|true|false|"
    r"undefined|string|str\b|int\b|bytes|optional|required|redacted|masked|hidden|os\.|env|process\.|self\.|config|"
    r"settings|secret|password|token|key|get_?|load_?|read_?|vault:|arn:|https?:|file:)|[a-z_][\w.]*[(\[{]",
)


def find(text: str, lower: str, places: Places | None = None) -> Iterator[Finding]:
    """``places``: where to look, by the native scanner; None: everywhere."""
    if len(text) < _SHORTEST:
        return
    if places is not None:
        yield from _at(text, lower, places)
        return
    yield from find_tokens(text)
    if "----" in text and "PRIVATE KEY" in text:
        yield from _private_keys(text)
    if "@" in text and "://" in text:
        yield from _in_addresses(text)
    yield from _assigned(text, lower)


def _at(text: str, lower: str, places: Places) -> Iterator[Finding]:
    flags, _, _, tokens, inside = places
    yield from find_tokens_at(text, tokens, inside, anywhere=bool(flags & Flag.ANYWHERE))
    if flags & Flag.PRIVATE_KEY:
        yield from _private_keys(text)
    if flags & Flag.USER_INFO:
        yield from _in_addresses(text)
    if flags & Flag.KEYWORD:
        yield from _assigned(text, lower)


def _private_keys(text: str) -> Iterator[Finding]:
    """From the BEGIN line to the END line; a key that was cut, to where its base64 ends."""
    position = 0
    while (begin := _PEM_BEGIN.search(text, position)) is not None:
        body = _PEM_BODY.match(text, begin.end())
        stop = body.end() if body else begin.end()
        end = _PEM_END.search(text, begin.end(), min(len(text), stop + 64))
        position = end.end() if end else stop
        yield Finding(Entity.SECRET, begin.start(), position, 1.0)


def _in_addresses(text: str) -> Iterator[Finding]:
    position = text.find("://")
    while position >= 0:
        match = _URL_TOKEN.match(text, position) or _URL_PASSWORD.match(text, position)
        if match is not None and _is_written_out(match):
            yield Finding(Entity.SECRET, match.start(1), match.end(1), 0.9)
        position = text.find("://", match.end() if match else position + 3)


def _is_written_out(match: re.Match[str]) -> bool:
    secret = match.group(1)
    if match.re is _URL_TOKEN:
        return has_letter_and_digit(secret)
    return not secret.startswith(("[SECRET", "***"))


def _assigned(text: str, lower: str) -> Iterator[Finding]:
    for keyword in _ASCII_KEYWORDS if text.isascii() else KEYWORDS:
        position = lower.find(keyword.literal)
        if position >= 0:
            yield from _after_keyword(text, lower, position, keyword)


def _after_keyword(text: str, lower: str, position: int, keyword: Keyword) -> Iterator[Finding]:
    compiled = _compiled(keyword)
    while (match := compiled.assigned.search(lower, position)) is not None:
        position = match.start()
        if _begins_word(text, lower, position, compiled):
            yield from _value(text, match, keyword)
        position += len(keyword.literal)


def _begins_word(text: str, lower: str, position: int, compiled: _Compiled) -> bool:
    before = lower[max(0, position - _BEFORE) : position]
    if compiled.unless is not None and compiled.unless.search(before):
        return False
    if compiled.before is not None:
        return compiled.before.search(before) is not None
    return position == 0 or not text[position - 1].isalpha() or text[position].isupper()


def _value(text: str, match: re.Match[str], keyword: Keyword) -> Iterator[Finding]:
    start, end = match.span("value")
    value = text[start:end].rstrip(".)]}")
    quoted = match["quote"] is not None and match["sign"] is not None
    if match["quote"] is None and keyword.length >= _NAMED_LENGTH and _NAME.fullmatch(value):
        return
    if len(value) >= keyword.length and looks_secret(value, named=quoted):
        yield Finding(Entity.SECRET, start, start + len(value), 0.7)


def looks_secret(value: str, named: bool) -> bool:
    """True for a value that is more than a word or a piece of code.

    ``named``: the text leaves no doubt that it is one (a quoted value, a JSON key), so a digit or a symbol
    is enough.
    """
    if len(value) < 6 or _NO_SECRET.match(value.lower()):
        return False
    if has_letter_and_digit(value):
        return True
    return named and any(not character.isalpha() and character not in "_-. /" for character in value)
