"""How many of the corpus' names masking finds: by rules, by a model, by both.

python -m benchmarks.names.table docs/reference/names.md
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.audit.originals import Edit, Replaced
from spanwright_processors.masking.settings import Engine, MaskSettings, Report
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.mask import Mask

from .corpus import KINDS, NOBODY_KINDS, Text, Trace, corpus, digest, written_by_hand
from .record import FILE

#: Starts and ends in a text.
Places = list[tuple[int, int]]
_KEY = "gen_ai.input.messages"
#: The page around the table.
_PAGE = Path(__file__).with_name("page.md")


@dataclass
class Score:
    """``whole``: names no letter of which is left. ``right``: findings that lie over a name."""

    names: int = 0
    whole: int = 0
    findings: int = 0
    right: int = 0
    texts: int = 0

    def add(self, text: Text, found: Places) -> None:
        names = text.names
        self.texts += 1
        self.names += len(names)
        self.findings += len(found)
        covered = {at for start, end in found for at in range(start, end)}
        covered |= {at for at, character in enumerate(text.text) if not character.isalnum()}
        self.whole += sum(covered.issuperset(range(start, end)) for start, end in names)
        self.right += sum(any(start < b and a < end for a, b in names) for start, end in found)

    @property
    def recall(self) -> float:
        return self.whole / self.names if self.names else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.findings if self.findings else 1.0


class _Kept:
    """Stands where the audit log would: notes what was replaced in the last span."""

    def __init__(self) -> None:
        self.replaced: Sequence[Replaced] = ()

    def keep(self, _trace: int, _span: int, _user: object, replaced: Sequence[Replaced]) -> None:
        self.replaced = replaced


class ByRules:
    """What the mask step replaces by ``[NAME]`` in the spans of a trace, one text a span."""

    def __init__(self) -> None:
        self._kept = _Kept()
        settings = MaskSettings(engine=Engine.OWN, entities=("PERSON",), report=Report.NONE)
        self._mask = Mask(settings, originals=self._kept)
        self._traces = 0

    def __call__(self, trace: Trace) -> Iterator[Places]:
        self._traces += 1
        for text in trace.texts:
            self._mask(_span(self._traces, text.text))
            yield _replaced(len(text.text), (one.edits for one in self._kept.replaced))


def _span(trace_id: int, text: str) -> EditableSpan:
    return EditableSpan(
        name="chat", kind=SpanKind.CLIENT, trace_id=trace_id, span_id=1, parent_span_id=None,
        parent_is_remote=None, start_ns=1, end_ns=2, attributes={_KEY: text}, events=[], links=[],
        status_code=StatusCode.UNSET, status_description=None, resource={}, scope_name="", scope_version=None,
    )  # fmt: skip


def _replaced(length: int, looks: Iterable[Sequence[Edit]]) -> Places:
    """Where the original text was replaced, by edits made one after the other."""
    found: Places = []
    origin = [(at, at + 1) for at in range(length)]  # of each character of the text as it stands
    for edits in looks:
        for start, original, replacement in reversed(edits):
            end = start + len(original)
            place = (origin[start][0], origin[end - 1][1])
            found.append(place)
            origin[start:end] = [place] * len(replacement)
    return sorted(found)


class ByModel:
    """What was recorded of a model: ``record``."""

    def __init__(self) -> None:
        data = json.loads(FILE.read_text(encoding="utf-8"))
        if data["corpus"] != digest():
            raise SystemExit("Cannot use the recorded names: the corpus has changed. Record them anew.")
        self.name = f"{data['model']} {data['versions'][data['model'].replace('_', '-')]}"
        self._found = iter(data["found"])

    def __call__(self, trace: Trace) -> Iterator[Places]:
        for _ in trace.texts:
            yield [(start, end) for start, end in next(self._found)]


def together(*finders: Callable[[Trace], Iterator[Places]]) -> Callable[[Trace], Iterator[Places]]:
    """What any of them finds."""

    def find(trace: Trace) -> Iterator[Places]:
        for places in zip(*(finder(trace) for finder in finders), strict=True):
            yield united(place for each in places for place in each)

    return find


def united(places: Iterable[tuple[int, int]]) -> Places:
    """Overlapping ones as one."""
    made: Places = []
    for start, end in sorted(places):
        if made and start < made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made


def scores(finder: Callable[[Trace], Iterator[Places]]) -> dict[str, Score]:
    """By kind of text."""
    found: dict[str, Score] = defaultdict(Score)
    for trace in corpus():
        for text, places in zip(trace.texts, finder(trace), strict=True):
            found[trace.kind].add(text, places)
    return found


def table() -> str:
    """The page with the figures."""
    model = ByModel()
    columns = [scores(ByRules()), scores(ByModel()), scores(together(ByRules(), model))]
    lines = [
        "| names | how many | rules | | model | | both | |",
        "|---|---|---|---|---|---|---|---|",
        "| | | recall | precision | recall | precision | recall | precision |",
    ]
    for kind in KINDS:
        cells = [f"{each[kind].recall:.2f} | {each[kind].precision:.2f}" for each in columns]
        lines.append(f"| {kind} | {columns[0][kind].names} | {' | '.join(cells)} |")
    for kind in NOBODY_KINDS:
        wrong = " | ".join(f"{each[kind].findings} wrong |" for each in columns)
        lines.append(f"| {kind}: {columns[0][kind].texts} | 0 | {wrong} |")
    return _PAGE.read_text(encoding="utf-8").format(
        table="\n".join(lines),
        model=model.name,
        texts=sum(len(trace.texts) for trace in corpus()),
        written=written_by_hand(),
    )


def main(file: str) -> None:
    Path(file).write_text(table(), encoding="utf-8")


def misses(finder: Callable[[Trace], Iterator[Places]], kind: str) -> Iterator[str]:
    """The texts of a kind with a name that is not found, or something else that is."""
    for trace in corpus():
        for text, places in zip(trace.texts, finder(trace), strict=True):
            score = Score()
            score.add(text, places)
            if trace.kind == kind and (score.whole < score.names or score.right < score.findings):
                yield f"{text.text!r} found {[text.text[start:end] for start, end in places]}"


if __name__ == "__main__":
    main(sys.argv[1])
