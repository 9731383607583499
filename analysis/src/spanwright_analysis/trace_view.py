"""Draws a trace as a tree with its figures in columns: the way a person meets their spans in a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text
from spanwright_processors.span import EditableSpan
from spanwright_semconv import attributes as names

from .excerpt import content_lines, error_line, mappings
from .trace_columns import COLUMNS, FEWER_COLUMNS, Column, chunks, result
from .trace_tree import Node, Trace

_RESULT_WIDTH = 10
_LABEL_WIDTH = 10

#: Cells that the names of spans need beside the columns.
_NAMES = 36

#: The narrowest drawing, which has not all of the columns.
MINIMUM_WIDTH = 80

_STYLES = {
    "chat": "cyan",
    "generate_content": "cyan",
    "text_completion": "cyan",
    "embeddings": "blue",
    "retrieval": "magenta",
    "execute_tool": "yellow",
}
_REMARK_STYLES = {"error": "red", "masked": "green", "dropped": "red"}
_RESULT_STYLES = {"success": "green", "error": "bold red", "partial": "yellow", "fallback": "yellow"}

#: Text wraps by a console's rules; this one is never printed to.
_CONSOLE = Console(file=io.StringIO(), width=MINIMUM_WIDTH)


@dataclass(frozen=True, slots=True)
class TraceView:
    """Lines of at most ``width`` cells, at least ``MINIMUM_WIDTH``, and ``excerpt`` cells of each text."""

    width: int = 110
    excerpt: int = 280

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS if self.width - _cells(COLUMNS) >= _NAMES else FEWER_COLUMNS

    def lines(self, trace: Trace) -> Iterator[Text]:
        yield from self._heading(trace)
        waiting = [(root, "", "", "") for root in reversed(trace.roots)]
        while waiting:
            node, before, own, below = waiting.pop()
            yield self._span_line(node.span, before + own)
            inner = before + below
            yield from self._details(node, inner + ("│  " if node.children else "   "))
            for position, child in enumerate(reversed(node.children)):
                last = position == 0
                waiting.append((child, inner, "└─ " if last else "├─ ", "   " if last else "│  "))

    def _heading(self, trace: Trace) -> Iterator[Text]:
        started = datetime.fromtimestamp(trace.start_ns / 1e9, UTC)
        left = f"━━ trace {trace.trace_id:032x} "
        right = f" {started:%Y-%m-%d %H:%M:%S} UTC"
        yield Text(left + "━" * (self.width - cell_len(left) - cell_len(right)) + right, style="bold")
        for line in Text(_about(trace)).wrap(_CONSOLE, self.width):
            if line.plain.strip():
                yield Text(line.plain.rstrip(), style="dim")
        heading = Text(" " * (self.width - _cells(self.columns)), style="dim")
        for column in self.columns:
            heading.append(column.heading.rjust(column.width))
        yield heading.append("  result")

    def _span_line(self, span: EditableSpan, guides: str) -> Text:
        room = self.width - _cells(self.columns)
        guides = guides[-(room - _LABEL_WIDTH) :]
        style = f"bold {_STYLES.get(span.operation or '', '')}".strip()
        line = Text(guides).append(_fitted(_label(span), room - cell_len(guides)), style=style)
        for column in self.columns:
            line.append(column.read(span).rjust(column.width), style=column.style)
        ended = _printable(result(span))
        return line.append(f"  {_shortened(ended, _RESULT_WIDTH)}", style=_RESULT_STYLES.get(ended, ""))

    def _details(self, node: Node, guides: str) -> Iterator[Text]:
        for label, text in (*content_lines(node.span), *_remarks(node.span)):
            yield from self._detail(guides, label, text, _REMARK_STYLES.get(label, ""))

    def _detail(self, guides: str, label: str, text: str, style: str) -> Iterator[Text]:
        """The label and the shortened text, wrapped under itself."""
        guides = guides[-self.width // 2 :]
        room = self.width - cell_len(guides) - _LABEL_WIDTH
        wrapped = Text(_shortened(_printable(text), self.excerpt)).wrap(_CONSOLE, room)
        for number, part in enumerate(wrapped):
            shown = (label if number == 0 else "").ljust(_LABEL_WIDTH)
            yield Text(guides).append(shown, style="dim").append(part.plain.rstrip(), style=style)


def _about(trace: Trace) -> str:
    """Service, environment, pipeline, session and user of a trace, as far as its spans tell."""
    root = trace.roots[0].span
    resource, attributes = root.resource, root.attributes
    session = attributes.get(names.SESSION_ID) or attributes.get(names.GEN_AI_CONVERSATION_ID)
    said = (
        _joined("", resource.get(names.SERVICE_NAME), resource.get(names.SERVICE_VERSION)),
        _joined("", resource.get(names.DEPLOYMENT_ENVIRONMENT_NAME)),
        _joined(
            "pipeline",
            attributes.get(names.SPANWRIGHT_PIPELINE_NAME),
            attributes.get(names.SPANWRIGHT_PIPELINE_VERSION),
        ),
        _joined("session", session),
        _joined("user", str(attributes.get(names.USER_HASH, ""))[:8]),
    )
    return _printable(" · ".join(part for part in said if part))


def _joined(label: str, *values: object) -> str:
    """The label and the values with blanks between them, or nothing where there is no value."""
    present = [str(value) for value in values if value]
    return " ".join((label, *present)).strip() if present else ""


def _label(span: EditableSpan) -> str:
    model = span.attributes.get(names.GEN_AI_RESPONSE_MODEL)
    return _printable(f"{span.operation} {model}" if model and span.operation else span.name)


def _remarks(span: EditableSpan) -> Iterator[tuple[str, str]]:
    """What there is to say of a span beside its content."""
    found = chunks(mappings(span.json(names.GEN_AI_RETRIEVAL_DOCUMENTS)), span)
    if found:
        yield "found", found
    error = error_line(span)
    if error:
        yield "error", error
    masked = _listed(span, names.SPANWRIGHT_PII_ENTITY_TYPES)
    if masked:
        yield "masked", masked
    failed_steps = _listed(span, names.SPANWRIGHT_PROCESSING_FAILED_STEPS)
    if failed_steps:
        yield "dropped", f"content, because of {failed_steps}"


def _listed(span: EditableSpan, key: str) -> str:
    values = span.attributes.get(key) or ()
    return ", ".join(map(str, values)) if isinstance(values, tuple) else str(values)


def _cells(columns: tuple[Column, ...]) -> int:
    """Cells of these columns and the result."""
    return sum(column.width for column in columns) + 2 + _RESULT_WIDTH


def _fitted(text: str, cells: int) -> str:
    return set_cell_size(_shortened(text, cells), cells)


def _shortened(text: str, cells: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many cells."""
    return text if cell_len(text) <= cells else set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"


def _printable(text: str) -> str:
    """The text without characters that steer a terminal: a span's content comes from strangers."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
