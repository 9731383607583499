"""The figures of a span that stand in columns beside its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.trace import StatusCode
from spanwright_processors.span import EditableSpan
from spanwright_semconv import attributes as names

from . import figures


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in cells, the blank before it included. ``read`` gives the text, which may be empty."""

    heading: str
    width: int
    style: str
    read: Callable[[EditableSpan], str]


def _number(span: EditableSpan, *keys: str) -> float | None:
    """The first of these attributes that is a number: a file may hold anything."""
    values = (span.attributes.get(key) for key in keys)
    return next((v for v in values if isinstance(v, int | float) and not isinstance(v, bool)), None)


def _tokens(own: str, of_trace: str) -> Callable[[EditableSpan], str]:
    """A count of the span's own, else of the trace it is the root of; none is left empty."""

    def read(span: EditableSpan) -> str:
        count = _number(span, own, of_trace)
        return figures.amount(int(count)) if count else ""

    return read


def _time(span: EditableSpan) -> str:
    return figures.duration(max(span.end_ns - span.start_ns, 0))


def _first_token(span: EditableSpan) -> str:
    seconds = _number(span, names.SPANWRIGHT_TIME_TO_FIRST_TOKEN)
    return "" if seconds is None else figures.duration(seconds * 1e9)


def _cost(span: EditableSpan) -> str:
    usd = _number(span, names.SPANWRIGHT_COST_USD, names.SPANWRIGHT_TRACE_COST_USD)
    if usd is not None:
        return figures.money(usd)
    return "no price" if names.SPANWRIGHT_COST_UNKNOWN_MODEL in span.attributes else ""


_TIME = Column("time", 8, "", _time)
_FIRST_TOKEN = Column("TTFT", 9, "", _first_token)
_CACHED = Column(
    "cached",
    8,
    "dim",
    _tokens(names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, names.SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS),
)
_INPUT = Column(
    "in", 7, "", _tokens(names.GEN_AI_USAGE_INPUT_TOKENS, names.SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS)
)
_OUTPUT = Column(
    "out", 6, "", _tokens(names.GEN_AI_USAGE_OUTPUT_TOKENS, names.SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS)
)
_COST = Column("cost", 11, "green", _cost)

#: All columns, and those that a narrow terminal has room for.
COLUMNS = (_TIME, _FIRST_TOKEN, _INPUT, _CACHED, _OUTPUT, _COST)
FEWER_COLUMNS = (_TIME, _INPUT, _OUTPUT, _COST)


def result(span: EditableSpan) -> str:
    """Outcome of a trace, finish reason of a model call, ``error`` where a span failed, else ``ok``."""
    of = span.attributes.get
    if span.status_code is StatusCode.ERROR:
        return str(of(names.SPANWRIGHT_OUTCOME, "error"))
    return str(of(names.SPANWRIGHT_OUTCOME) or of(names.SPANWRIGHT_FINISH_REASON) or "ok")


def chunks(documents: Sequence[Mapping[str, Any]], span: EditableSpan) -> str:
    """The chunks of a retrieval, best first, with their scores, and how many were asked for."""
    found = [
        f"{figures.score(score)} {document.get('source_doc_id') or document.get('id')}"
        for document in documents
        if isinstance(score := document.get("score"), int | float)
    ]
    asked, returned = (
        _number(span, names.GEN_AI_RETRIEVAL_TOP_K),
        _number(span, names.SPANWRIGHT_RETRIEVAL_RETURNED),
    )
    if asked is not None and returned is not None:
        found.append(f"{returned:.0f} of {asked:.0f}")
    return " · ".join(found)
