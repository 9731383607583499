"""What stands in the place of a finding, or of a value that could not be looked at."""

from __future__ import annotations

import hashlib
import hmac
import re

from .finding import PLACEHOLDER_WORDS, Entity
from .policy import Action, Policy, Scope

#: What stands in the place of a value too long to look at, of one that took too long, of one that a detector
#: failed on, of one that came before the detector asked for was loaded, and of binary data where that is not
#: let through.
OVERSIZE = "[OVERSIZE]"
TIMEOUT = "[TIMEOUT]"
FAILED = "[FAILED]"
NOT_READY = "[NOT_READY]"
BINARY = "[BINARY]"
#: A replacement of ours, however it came there: never masked again.
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]{1,40}(?:_(?:[0-9a-f]{16}|[0-9a-f]{8}|[0-9A-Za-z]{4}))?\]")
_LONGEST_PLACEHOLDER = 60
_PSEUDONYM_DIGITS, _HASH_DIGITS = 8, 16
#: Characters of a value that ``partial`` leaves readable, and how many it has to have for that.
_LAST, _LEAST_FOR_LAST = 4, 8
_NOT_IN_A_WORD = re.compile(r"[^A-Z_]")


def replacement(entity: str, value: str, policy: Policy, trace_id: int = 0) -> str:
    """Letters, digits, ``[``, ``]`` and ``_``, or nothing."""
    word = PLACEHOLDER_WORDS.get(entity) or _NOT_IN_A_WORD.sub("", entity)[:40] or "MASKED"
    action = policy.action(entity)
    if action is Action.MASK:
        return f"[{word}]"
    match action:
        case Action.DROP:
            return ""
        case Action.PARTIAL:
            readable = "".join(
                character for character in value if character.isascii() and character.isalnum()
            )
            return f"[{word}_{readable[-_LAST:]}]" if len(readable) >= _LEAST_FOR_LAST else f"[{word}]"
        case Action.PSEUDONYM:
            scope = f"{trace_id:032x}" if policy.scope is Scope.TRACE else ""
            return f"[{word}_{keyed_digits(policy, entity, value, scope)[:_PSEUDONYM_DIGITS]}]"
        case Action.HASH:
            return f"[{word}_{keyed_digits(policy, entity, value)[:_HASH_DIGITS]}]"
    return f"[{word}]"


def keyed_digits(policy: Policy, entity: str, value: str, scope: str = "") -> str:
    """HMAC-SHA-256 over scope, type and normalised value, in hexadecimal."""
    parts = (scope, entity, normal_value(entity, value)) if scope else (entity, normal_value(entity, value))
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(policy.key(), message, hashlib.sha256).hexdigest()


def normal_value(entity: str, value: str) -> str:
    """The form in which two spellings of one value agree: digits only, one case, single blanks."""
    if entity in (Entity.CREDIT_CARD, Entity.PHONE_NUMBER, Entity.US_SSN):
        return "".join(character for character in value if character.isdigit())
    if entity == Entity.IBAN_CODE:
        return "".join(character for character in value if character.isalnum()).upper()
    if entity == Entity.SECRET:
        return value
    return " ".join(value.casefold().split())


def in_placeholder(text: str, start: int, end: int) -> bool:
    """True if ``text[start:end]`` is a replacement of ours, or lies in one."""
    opened = text.rfind("[", max(0, start - _LONGEST_PLACEHOLDER), start + 1)
    if opened < 0:
        return False
    placeholder = PLACEHOLDER.match(text, opened)
    return placeholder is not None and placeholder.end() >= end
