"""Secrets: provider keys and tokens by their prefixes, private keys, passwords in URLs and in settings.

Every rule begins with a literal. A text without the literal costs one search for it (about 0.5 ns a
character), and literals with a rare character (``_``, ``-`` …) are only looked for where that character
stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .finding import Entity, Finding
from .secret_rules import KEYWORDS, RULES, Keyword, Rule


class _Compiled(NamedTuple):
    literal: str
    mark: int  # where its rare character is
    match: re.Pattern[str]
    rule: Rule


#: Characters rare enough that looking at each of them is cheaper than a search for every literal with one.
_MARKS = "_-.~=/"


def _compiled() -> tuple[tuple[_Compiled, ...], dict[str, dict[str, tuple[_Compiled, ...]]]]:
    """The rules whose literal has no mark, and the others by their mark and the two characters before it."""
    unmarked: list[_Compiled] = []
    marked: dict[str, dict[str, tuple[_Compiled, ...]]] = {}
    for rule in RULES:
        pattern = re.compile(rule.pattern)
        for literal in rule.literals:
            mark = next((at for at in range(2, len(literal)) if literal[at] in _MARKS), 0)
            compiled = _Compiled(literal, mark, pattern, rule)
            if mark == 0:
                unmarked.append(compiled)
                continue
            before = marked.setdefault(literal[mark], {})
            pair = literal[mark - 2 : mark]
            before[pair] = (*before.get(pair, ()), compiled)
    return tuple(unmarked), marked


_UNMARKED, _MARKED = _compiled()
#: The shortest text that can hold a secret.
_SHORTEST = 8
_PEM_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY = re.compile(r"(?:\\[nr]|[A-Za-z0-9+/=\s:,.-]){0,16384}")
# The sign between word and value, and the value.
_ASSIGNED = (
    r"(?:\\?[\"'])?[ \t]{0,4}(?:(?P<sign>:=|=>|==?|:)|(?:is|was):?(?=[ \t]))[ \t]{0,4}"
    r"(?:(?:bearer|basic)[ ]{1,4})?(?P<quote>\\?[\"'`])?(?P<value>[^\s\"'`<>\\,;]{6,256})"
)
_KEYWORDS = tuple(
    (keyword, re.compile(keyword.literal + keyword.rest + _ASSIGNED), re.compile(rf"(?:{keyword.before})\Z"))
    for keyword in KEYWORDS
)
#: Longest ``before`` of a keyword, in characters.
_BEFORE = 14
_AUTHORIZATION = re.compile(r"(?:bearer|basic)[ ]+([a-z0-9_.~+/=-]{16,4096})")
#: Values that are code or a stand-in, not a secret.
_NO_SECRET = re.compile(
    r"[\[({$*%.]|(?:your|my|the|some|test|example|change|insert|enter|replace|xxx|\*\*\*|\.\.\.|none|null|true|false|"
    r"undefined|string|str\b|int\b|bytes|optional|required|redacted|masked|hidden|os\.|env|process\.|self\.|config|"
    r"settings|secret|password|token|key|get_?|load_?|read_?|vault:|arn:|https?:|file:)|[a-z_][\w.]*[(\[{]",
)


def find(text: str, lower: str) -> Iterator[Finding]:
    if len(text) < _SHORTEST:
        return
    for compiled in _UNMARKED:
        if compiled.literal in text:
            yield from _everywhere(text, compiled)
    for mark, rules in _MARKED.items():
        if mark in text:
            yield from _at_marks(text, mark, rules)
    if "PRIVATE KEY" in text:
        yield from _private_keys(text)
    if "=" in text or ":" in text or " is" in lower or " was" in lower:
        yield from _assigned(text, lower)
    if "bearer " in lower or "basic " in lower:
        for match in _AUTHORIZATION.finditer(lower):
            if _has_letter_and_digit(match.group(1)):
                yield Finding(Entity.SECRET, match.start(1), match.end(1), 0.8)


def _everywhere(text: str, compiled: _Compiled) -> Iterator[Finding]:
    position = text.find(compiled.literal)
    while position >= 0:
        finding = _at(text, position, compiled)
        if finding is not None:
            yield finding
        position = text.find(compiled.literal, finding.end if finding else position + len(compiled.literal))


def _at_marks(text: str, mark: str, rules: dict[str, tuple[_Compiled, ...]]) -> Iterator[Finding]:
    position = text.find(mark)
    while position >= 0:
        end = 0
        for compiled in rules.get(text[position - 2 : position], ()):
            start = position - compiled.mark
            if start >= 0 and text.startswith(compiled.literal, start):
                finding = _at(text, start, compiled)
                if finding is not None:
                    yield finding
                    end = max(end, finding.end)
        position = text.find(mark, max(end, position + 1))


def _at(text: str, position: int, compiled: _Compiled) -> Finding | None:
    """The secret whose literal stands at ``position``."""
    rule = compiled.rule
    if position and not rule.inside_word and text[position - 1].isalnum():
        return None
    match = compiled.match.match(text, position)
    if match is None:
        return None
    group = 1 if match.re.groups else 0
    secret = match.group(group)
    if secret.startswith("[SECRET") or (rule.mixed and not _has_letter_and_digit(secret)):
        return None
    return Finding(Entity.SECRET, match.start(group), match.end(group), rule.score)


def _private_keys(text: str) -> Iterator[Finding]:
    """From the BEGIN line to the END line; a key that was cut, to where its base64 ends."""
    position = 0
    while (begin := _PEM_BEGIN.search(text, position)) is not None:
        body = _PEM_BODY.match(text, begin.end())
        stop = body.end() if body else begin.end()
        end = _PEM_END.search(text, begin.end(), min(len(text), stop + 64))
        position = end.end() if end else stop
        yield Finding(Entity.SECRET, begin.start(), position, 1.0)


def _assigned(text: str, lower: str) -> Iterator[Finding]:
    for keyword, pattern, before in _KEYWORDS:
        position = lower.find(keyword.literal)
        while position >= 0:
            if _begins_word(text, lower, position, keyword, before):
                match = pattern.match(lower, position)
                if match is not None:
                    yield from _value(text, match, keyword)
            position = lower.find(keyword.literal, position + len(keyword.literal))


def _begins_word(text: str, lower: str, position: int, keyword: Keyword, before: re.Pattern[str]) -> bool:
    if keyword.before:
        return before.search(lower[max(0, position - _BEFORE) : position]) is not None
    return position == 0 or not text[position - 1].isalpha() or text[position].isupper()


def _value(text: str, match: re.Match[str], keyword: Keyword) -> Iterator[Finding]:
    start, end = match.span("value")
    value = text[start:end].rstrip(".)]}")
    quoted = match["quote"] is not None and match["sign"] is not None
    if len(value) >= keyword.length and looks_secret(value, named=quoted):
        yield Finding(Entity.SECRET, start, start + len(value), 0.7)


def looks_secret(value: str, named: bool) -> bool:
    """True for a value that is more than a word or a piece of code.

    ``named``: the text leaves no doubt that it is one (a quoted value, a JSON key), so a digit or a symbol
    is enough.
    """
    if len(value) < 6 or _NO_SECRET.match(value.lower()):
        return False
    if _has_letter_and_digit(value):
        return True
    return named and any(not character.isalpha() and character not in "_-. /" for character in value)


def _has_letter_and_digit(value: str) -> bool:
    digits = sum(character.isdigit() for character in value)
    return digits > 0 and any(character.isalpha() for character in value)
