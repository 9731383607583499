"""The Collector's own redaction processor, set from the same policy: what stands behind the stage in case.

It knows no checksums, contexts, names or JSON. So it gets only what a pattern alone can tell without doubt,
in the syntax of Go's regular expressions (RE2: no look-around, counts up to 1,000).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from ..detect.finding import Entity
from ..detect.policy import Action
from ..detect.secret_checks import no_words
from ..detect.secret_rules import END, Place, Rule
from ..detect.secret_table import RULES
from ..masking.settings import MaskSettings, Preset

_AT = r"(?:@|%40|\\u0040)"
#: Issuers by their first digits (ISO/IEC 7812), in groups as people write them: without a checksum, a run of
#: 16 digits is more often an id.
_CARD = (
    r"\b(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6(?:011|5[0-9]{2}))(?:[ -][0-9]{4}){3}\b"
    r"|\b3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}\b"
)
_PATTERNS: dict[str, str] = {
    # Without counts: Go writes each of them out, and takes a slower way through a long pattern.
    Entity.EMAIL_ADDRESS: rf"[A-Za-z0-9._%+'-]+{_AT}(?:[A-Za-z0-9-]+\.)+[A-Za-z]{{2,24}}\b",
    Entity.CREDIT_CARD: _CARD,
    Entity.IBAN_CODE: r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b",
    Entity.US_SSN: r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
}
#: Login names of services and resolutions of pictures, which our own rules leave alone too.
_ALLOWED = (rf"^(?:git|hg|svn){_AT}[A-Za-z0-9.-]+$", r"^[^@]+@[0-9](?:\.[0-9])?x\.[a-z]+$")
#: A key in PEM, its first line at least.
_PEM = r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*"
_MOST_REPEATS = 1000
_SHORTEST_LITERAL = 4
#: A literal of letters and digits alone that is shorter stands by chance in long base64.
_TELLING_LITERAL = 6


def redaction_processor(settings: MaskSettings) -> dict[str, Any]:
    """The section of the Collector's ``redaction`` processor for the general policy of ``settings``.

    It writes ``redaction.masked.count`` on a span it had to change: in this place, worth an alarm.
    """
    return {
        "allow_all_keys": True,
        "summary": "info",
        "blocked_values": list(_blocked(settings)),
        "allowed_values": [*_ALLOWED, *(f"(?i)^{re.escape(value)}$" for value in settings.allow)],
    }


def _blocked(settings: MaskSettings) -> Iterator[str]:
    if settings.preset is Preset.OFF:
        return
    for entity, pattern in _PATTERNS.items():
        if _is_masked(settings, entity):
            yield pattern
    if _is_masked(settings, Entity.SECRET):
        yield _PEM
        yield from _secrets([rule for rule in RULES if _is_plain(rule)])


def _secrets(rules: list[Rule]) -> Iterator[str]:
    """Go's regular expressions are quick only where a pattern begins with letters that it can look for.

    So there is none before them, not even ``\\b``, and literals that begin differently get patterns of their
    own. Those that need ``\\b`` share one pattern, which is gone through once.
    """
    bounded: list[str] = []
    for rule in rules:
        for _, literals in groupby(sorted(rule.literals), key=lambda literal: literal[:2]):
            part = rule._replace(literals=tuple(literals))
            if all(map(_is_telling, part.literals)):
                yield _secret(part)
            else:
                bounded.append(_secret(part))
    yield rf"\b(?:{'|'.join(bounded)})"


def _is_telling(literal: str) -> bool:
    return len(literal) >= _TELLING_LITERAL or not literal.isalnum()


def _is_masked(settings: MaskSettings, entity: str) -> bool:
    is_chosen = settings.entities is None or entity in settings.entities
    return is_chosen and settings.actions.get(entity) is not Action.KEEP


def _is_plain(rule: Rule) -> bool:
    """Whether the rule's pattern tells a secret by itself."""
    return (
        rule.check is not no_words
        and not rule.left
        and rule.place is Place.WORD
        and min(map(len, rule.literals)) >= _SHORTEST_LITERAL
        and "(?" not in rule.body.replace(END, "").replace("(?:", "")
    )


def _secret(rule: Rule) -> str:
    pattern = rule.pattern().replace(END, r"\b").replace(r"\-", "-").replace(r"\ ", " ")
    return re.sub(r"\{(\d+),(\d+)\}", _open_if_long, pattern)


def _open_if_long(count: re.Match[str]) -> str:
    return f"{{{count[1]},}}" if int(count[2]) > _MOST_REPEATS else count[0]
