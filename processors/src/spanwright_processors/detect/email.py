"""E-mail addresses (RFC 5321 in the shapes people use), also with ``%40`` for the at sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .finding import Entity, Finding

#: Longest local part looked at; the standard allows 64 octets.
_LOCAL_WINDOW = 128
# Without = / ? & : | and braces, which stand before an address in URLs, assignments and code.
_LOCAL_REVERSED = re.compile(r"[\w.!#$%'+^~-]{1,128}")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[A-Za-z0-9-]{2,59})(?![^\W_])"
)
_MORE_OF_DOMAIN = re.compile(r"\.?[\w-]")
#: ``logo@2x.png``: a resolution, not a domain.
_RESOLUTION = re.compile(r"[0-9](?:\.[0-9])?x\.")
#: A password in a URL, which ``secrets`` finds: ``postgres://user:password@host.example``.
_IN_USER_INFO = re.compile(r"://[^\s/@:]{0,128}:[^\s/@]{0,256}\Z")
_USER_INFO_WINDOW = 400
#: Login names of services, not of people.
_NO_PERSON = frozenset({"git", "hg", "svn"})


def are_known(text: str, known: Iterable[Finding]) -> bool:
    """True if ``find`` would give nothing that is not inside one of ``known``, which are sure.

    That is: every at sign is in an address found otherwise, before and behind which nothing of one stands.
    """
    if "%40" in text:
        return False
    addresses = 0
    for entity, start, end, score in known:
        if (
            entity == Entity.EMAIL_ADDRESS
            and score == 1.0
            and not _LOCAL_REVERSED.match(text[max(0, start - 1) : start])
            and not _MORE_OF_DOMAIN.match(text, end)
        ):
            addresses += text.count("@", start, end)
    return addresses == text.count("@")


def find(text: str, _lower: str) -> Iterator[Finding]:
    for sign in ("@", "%40"):
        at = text.find(sign)
        while at >= 0:
            after = at + len(sign)
            domain = _DOMAIN.match(text, after)
            start = _local_start(text, at)
            if domain and start < at and not _is_no_person(text, start, at, after):
                yield Finding(Entity.EMAIL_ADDRESS, start, domain.end(), 1.0)
            at = text.find(sign, after)


def _local_start(text: str, at: int) -> int:
    local = _LOCAL_REVERSED.match(text[max(0, at - _LOCAL_WINDOW) : at][::-1])
    if local is None:
        return at
    return at - len(local.group().rstrip(".!#$%'+^~-"))


def _is_no_person(text: str, start: int, at: int, after: int) -> bool:
    if text[start:at] in _NO_PERSON or _RESOLUTION.match(text, after):
        return True
    before = text[max(0, start - _USER_INFO_WINDOW) : start]
    return before.endswith(":") and _IN_USER_INFO.search(before) is not None
