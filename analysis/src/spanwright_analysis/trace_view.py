"""Draws a trace as a tree with its figures in columns: the way a person meets their spans in a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry.trace import StatusCode
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text
from spanwright_processors.span import EditableSpan
from spanwright_semconv import attributes as names

from . import figures
from .excerpt import content_lines, error_line, mappings
from .trace_tree import Node, Trace

#: Heading, width in cells, and style of the columns at the right; 60 cells with their gaps.
_COLUMNS = (
    ("time", 8, ""),
    ("TTFT", 9, ""),
    ("in", 7, ""),
    ("cached", 8, "dim"),
    ("out", 6, ""),
    ("cost", 11, "green"),
)
_RESULT_WIDTH = 10
_FIGURES_WIDTH = sum(width for _, width, _ in _COLUMNS) + 2 + _RESULT_WIDTH
_LABEL_WIDTH = 10

#: The narrowest drawing: forty cells for the names of spans.
MINIMUM_WIDTH = _FIGURES_WIDTH + 40

_STYLES = {
    "chat": "cyan",
    "generate_content": "cyan",
    "text_completion": "cyan",
    "embeddings": "blue",
    "retrieval": "magenta",
    "execute_tool": "yellow",
}
#: Text wraps by a console's rules; this one is never printed to.
_CONSOLE = Console(file=io.StringIO(), width=MINIMUM_WIDTH)
_RESULT_STYLES = {"success": "green", "error": "bold red", "partial": "yellow", "fallback": "yellow"}


@dataclass(frozen=True, slots=True)
class TraceView:
    """Lines of at most ``width`` cells. Each content line shows at most ``excerpt`` cells of its text."""

    width: int = 110
    excerpt: int = 280

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
        about = _about(trace)
        if about:
            yield Text(set_cell_size(about, min(self.width, cell_len(about))), style="dim")
        heading = Text(" " * (self.width - _FIGURES_WIDTH), style="dim")
        for name, width, _ in _COLUMNS:
            heading.append(name.rjust(width))
        yield heading.append("  result")

    def _span_line(self, span: EditableSpan, guides: str) -> Text:
        room = self.width - _FIGURES_WIDTH - cell_len(guides)
        line = Text(guides, style="").append(
            _fitted(_label(span), room), style=f"bold {_STYLES.get(span.operation or '', '')}".strip()
        )
        for (_, width, style), figure in zip(_COLUMNS, _figures(span), strict=True):
            line.append(figure.rjust(width), style=style)
        result = _result(span)
        return line.append(f"  {_shortened(result, _RESULT_WIDTH)}", style=_RESULT_STYLES.get(result, ""))

    def _details(self, node: Node, guides: str) -> Iterator[Text]:
        span = node.span
        for label, text in content_lines(span):
            yield from self._detail(guides, label, text)
        scores = _scores(span)
        if scores:
            yield from self._detail(guides, "found", scores)
        error = error_line(span)
        if error:
            yield from self._detail(guides, "error", error, "red")
        masked = span.attributes.get(names.SPANWRIGHT_PII_ENTITY_TYPES)
        if masked:
            yield from self._detail(guides, "masked", ", ".join(masked), "green")
        failed_steps = span.attributes.get(names.SPANWRIGHT_PROCESSING_FAILED_STEPS)
        if failed_steps:
            yield from self._detail(
                guides, "dropped", f"content, because of {', '.join(failed_steps)}", "red"
            )

    def _detail(self, guides: str, label: str, text: str, style: str = "") -> Iterator[Text]:
        """The label and the shortened text, wrapped under itself."""
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
        _joined("user", str(attributes.get(names.USER_HASH, ""))[:12]),
    )
    return _printable(" · ".join(part for part in said if part))


def _joined(label: str, *values: object) -> str:
    """The label and the values with blanks between them, or nothing where there is no value."""
    present = [str(value) for value in values if value]
    return " ".join((label, *present)).strip() if present else ""


def _label(span: EditableSpan) -> str:
    model = span.attributes.get(names.GEN_AI_RESPONSE_MODEL)
    return _printable(f"{span.operation} {model}" if model and span.operation else span.name)


def _figures(span: EditableSpan) -> tuple[str, ...]:
    """The columns' values: a root's are the sums of its trace."""
    of = span.attributes.get
    first_token = of(names.SPANWRIGHT_TIME_TO_FIRST_TOKEN)
    return (
        figures.duration(span.end_ns - span.start_ns),
        "" if first_token is None else figures.duration(first_token * 1e9),
        _amount(of(names.GEN_AI_USAGE_INPUT_TOKENS, of(names.SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS))),
        _amount(
            of(
                names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
                of(names.SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS),
            )
        ),
        _amount(of(names.GEN_AI_USAGE_OUTPUT_TOKENS, of(names.SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS))),
        _cost(span),
    )


def _amount(value: int | None) -> str:
    return figures.amount(value) if value else ""


def _cost(span: EditableSpan) -> str:
    usd = span.attributes.get(names.SPANWRIGHT_COST_USD, span.attributes.get(names.SPANWRIGHT_TRACE_COST_USD))
    if usd is not None:
        return figures.money(usd)
    return "no price" if names.SPANWRIGHT_COST_UNKNOWN_MODEL in span.attributes else ""


def _result(span: EditableSpan) -> str:
    """Outcome of a trace, finish reason of a model call, ``error`` where a span failed, else ``ok``."""
    of = span.attributes.get
    if span.status_code is StatusCode.ERROR:
        return str(of(names.SPANWRIGHT_OUTCOME, "error"))
    return _printable(str(of(names.SPANWRIGHT_OUTCOME) or of(names.SPANWRIGHT_FINISH_REASON) or "ok"))


def _scores(span: EditableSpan) -> str:
    """The chunks a retrieval returned, best first, with their scores, and how many were asked for."""
    chunks = [
        f"{figures.score(document['score'])} {document.get('source_doc_id') or document.get('id')}"
        for document in mappings(span.json(names.GEN_AI_RETRIEVAL_DOCUMENTS))
        if isinstance(document.get("score"), int | float)
    ]
    asked, returned = (
        span.attributes.get(names.GEN_AI_RETRIEVAL_TOP_K),
        span.attributes.get(names.SPANWRIGHT_RETRIEVAL_RETURNED),
    )
    if asked is not None and returned is not None:
        chunks.append(f"{returned} of {asked}")
    return " · ".join(chunks)


def _fitted(text: str, cells: int) -> str:
    return set_cell_size(_shortened(text, cells), cells)


def _shortened(text: str, cells: int) -> str:
    """The text, or its beginning and an ellipsis, in at most so many cells."""
    return text if cell_len(text) <= cells else set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"


def _printable(text: str) -> str:
    """The text without characters that steer a terminal: a span's content comes from strangers."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
