"""Counts a model call once, however many instrumentations, frameworks and gateways tell of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import ClassVar

from spanwright_semconv.attributes import (
    GEN_AI_OPERATION_NAME,
    SPANWRIGHT_DUPLICATE_OF,
    SPANWRIGHT_DUPLICATED_BY,
    SPANWRIGHT_ORIGINAL_ATTRIBUTE,
)

from ..counting import Call, OpenCalls
from ..counting.call import KINDS
from ..span import Attributes, EditableSpan
from ..step import Phase

_USAGE = "gen_ai.usage."


@dataclass(frozen=True)
class OnceSettings:
    """One model call is counted by one span; the others of the same call are marked."""

    #: Take the token counts off marked spans (to `spanwright.original.attribute.…`), for backends that sum
    #: `gen_ai.usage.*` over all spans.
    move_usage: bool = False
    #: Open traces remembered at most; beyond, the oldest is forgotten, its later spans count each for itself.
    max_traces: int = 10_000
    #: Ended spans remembered at most, some 200 bytes each.
    max_spans: int = 200_000

    def __post_init__(self) -> None:
        for field in ("max_traces", "max_spans"):
            if getattr(self, field) < 1:
                raise ValueError(
                    f"Cannot use once.{field}: {getattr(self, field)} is less than 1. Use 1 or more, "
                    "or leave the step once out of `steps`."
                )


class Once:
    """Marks all spans of a model call but the one that counts it with that one's id.

    The one that counts is the first to end, and since what is inside ends first, the innermost that tells
    tokens. A span repeats a call

    * if it was made around it, as its spans' parents say, and tells nothing else of itself: the same response
      or none, the same tokens, their sum over the calls inside, or none, or other tokens of the same model;
    * if it was made beside it by another instrumentation and has its response id (and no other tokens, where
      that id is short);
    * if it was made beside it by another instrumentation at the same time, for the same model, with the same
      tokens, and no other response id. Each instrumentation tells of a call once, so that equal calls made at
      the same time stay apart.

    What arrives later than the span around it is marked instead of that one, since that one has gone.
    A span that tells tokens never repeats one that tells none: made around one of the same model, it counts,
    and bears that one's id as the one that told of the call before.
    """

    Settings = OnceSettings
    phase: ClassVar[Phase] = Phase.ENRICH
    name = "once"

    def __init__(self, settings: OnceSettings = OnceSettings()) -> None:
        self._settings = settings
        self.fork()

    def fork(self) -> None:
        """Start anew: open traces of the parent process end there."""
        # Re-entrant, since a garbage collection may end a span in the middle of another one.
        self._lock = threading.RLock()
        self._calls = OpenCalls(self._settings.max_traces, self._settings.max_spans)

    @property
    def given_up_traces(self) -> int:
        """Open traces that were forgotten, since more was open than the settings allow."""
        return self._calls.given_up_traces

    def __call__(self, span: EditableSpan) -> None:
        attributes = span.attributes
        if SPANWRIGHT_DUPLICATE_OF in attributes:
            return
        operation = attributes.get(GEN_AI_OPERATION_NAME)
        call = Call(span) if isinstance(operation, str) and operation in KINDS else None
        with self._lock:
            counting = self._calls.add(span, call)
        if counting is not None:
            attributes[SPANWRIGHT_DUPLICATE_OF] = f"{counting.span_id:016x}"
            if self._settings.move_usage:
                _move_usage(attributes)
        elif call is not None and call.told_by is not None:
            attributes[SPANWRIGHT_DUPLICATED_BY] = f"{call.told_by.span_id:016x}"


def _move_usage(attributes: Attributes) -> None:
    for key in [key for key in attributes if key.startswith(_USAGE)]:
        attributes[f"{SPANWRIGHT_ORIGINAL_ATTRIBUTE}.{key}"] = attributes.pop(key)
