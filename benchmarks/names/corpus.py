"""The labelled corpus: traces of texts, with where the names of people stand in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import unseen
from .made import made, traces
from .written import BARE, CUED, KEYED, NOBODY

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
#: Generated texts of each kind, and generated traces.
_MADE, _TRACES = 150, 60


class Text(NamedTuple):
    """``names``: start and end of each."""

    text: str
    names: tuple[tuple[int, int], ...]


class Trace(NamedTuple):
    """Texts of one trace's spans, in the order in which they end. ``kind``: what announces the names."""

    kind: str
    texts: tuple[Text, ...]


CUE, OTHER_LANGUAGES = "after a cue, English", "after a cue, eleven other languages"
KEY, AGAIN = "under a person's key in JSON", "again in the same trace"
NO_CUE, NOBODYS = "without any cue, seven languages", "nobody named"
UNSEEN, NOBODY_UNSEEN = "after a cue or under a key, unseen texts", "nobody named, unseen texts"
KINDS = (CUE, OTHER_LANGUAGES, KEY, AGAIN, UNSEEN, NO_CUE)
NOBODY_KINDS = (NOBODYS, NOBODY_UNSEEN)


def corpus() -> Iterator[Trace]:
    """All of it, written by hand first."""
    yield from _alone(CUE, CUED["en"])
    yield from _alone(OTHER_LANGUAGES, (text for name in CUED if name != "en" for text in CUED[name]))
    yield from _alone(KEY, KEYED)
    yield from _alone(NO_CUE, (text for texts in BARE.values() for text in texts))
    yield from _alone(NOBODYS, NOBODY)
    yield from _alone(UNSEEN, unseen.CUED)
    yield from _alone(NOBODY_UNSEEN, unseen.NOBODY)
    yield from _alone(CUE, made("cued", _MADE))
    yield from _alone(OTHER_LANGUAGES, made("cued elsewhere", _MADE))
    yield from _alone(KEY, made("keyed", _MADE))
    yield from _alone(NO_CUE, made("bare", _MADE))
    for texts in traces(_TRACES):
        yield Trace(AGAIN, tuple(map(labelled, texts)))


def labelled(marked: str) -> Text:
    """The text without its marks, and where they were."""
    text, names, position = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        names.append((len(text), len(text) + len(match[1])))
        text, position = text + match[1], match.end()
    return Text(text + marked[position:], tuple(names))


def texts() -> list[str]:
    """The texts of the corpus in its order."""
    return [each.text for trace in corpus() for each in trace.texts]


def written_by_hand() -> int:
    """How many of the texts no program has made."""
    by_language = [*CUED.values(), *BARE.values()]
    return sum(map(len, (*by_language, KEYED, NOBODY, unseen.CUED, unseen.NOBODY)))


def digest() -> str:
    """Changes with every text and label."""
    return hashlib.sha256(repr(list(corpus())).encode()).hexdigest()


def _alone(kind: str, marked: Iterable[str]) -> Iterator[Trace]:
    return (Trace(kind, (labelled(text),)) for text in marked)
