"""Ceilings for what calls may cost, without a change to the application."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from spanwright_semconv import metrics
from spanwright_semconv.attributes import (
    SPANWRIGHT_COST_GUARD_ACTION,
    SPANWRIGHT_COST_GUARD_SCOPE,
    SPANWRIGHT_COST_USD,
    SPANWRIGHT_DUPLICATE_OF,
)

from ..span import EditableSpan
from ..spending.desk import DESK, Ceilings, install
from ..spending.tokens import BYTES_PER_TOKEN, MEDIA_TOKENS
from ..step import Phase
from .price import PRICED_OPERATIONS


@dataclass(frozen=True)
class CostGuardSettings:
    """What calls may cost before they are made. Without a ceiling nothing is ever held back."""

    #: US dollars one call may cost at most: its input as counted before it is sent, and the most output it
    #: may give, both at the model's price.
    max_usd: float | None = None
    #: US dollars that all calls of this process may cost on one day (UTC).
    day_usd: float | None = None
    #: The same for the calls of one user (`user.hash`).
    user_day_usd: float | None = None
    #: The same for the calls of one pipeline (`spanwright.pipeline.name`).
    pipeline_day_usd: float | None = None
    #: The same by pipeline, such as `support-bot=20,reports=5`.
    pipelines: Mapping[str, float] = field(default_factory=dict)
    #: What happens above a ceiling: raise `CostCeilingExceeded` in place of the call, or log only.
    action: Literal["raise", "log"] = "raise"
    #: Whether a call whose model has no known price is made where a ceiling holds.
    unknown_price: Literal["allow", "reject"] = "allow"
    #: Output tokens taken for a call that does not limit its output.
    output_tokens: int = 4_096
    #: Bytes (UTF-8) of the request taken for one token where no tokenizer is at hand; 1 is a bound that no
    #: byte-level tokenizer breaks, 2 holds for prose and code.
    bytes_per_token: float = BYTES_PER_TOKEN
    #: Tokens taken for an image, a document or another part that is no text.
    media_tokens: int = MEDIA_TOKENS

    def __post_init__(self) -> None:
        for key in ("max_usd", "day_usd", "user_day_usd", "pipeline_day_usd"):
            self._check(key, getattr(self, key), 0)
        for usd in self.pipelines.values():
            self._check("pipelines", usd, 0)
        self._check("output_tokens", self.output_tokens, 0)
        self._check("media_tokens", self.media_tokens, 0)
        self._check("bytes_per_token", self.bytes_per_token, 1)

    @staticmethod
    def _check(key: str, value: float | None, least: int) -> None:
        if value is not None and not value >= least:
            raise ValueError(
                f"Cannot use cost_guard.{key}: {value} is less than {least}. Use {least} or more."
            )


class CostGuard:
    """Sets the ceilings of this process, and books priced calls that other instrumentors made.

    The ceilings hold for calls that Spanwright's instrumentors observe; ``guard`` sets further ones in code.
    What calls of others cost is known when their spans end: it counts for the day, and holds nothing back.
    """

    Settings = CostGuardSettings
    phase: ClassVar[Phase] = Phase.GUARD
    name = "cost_guard"
    metrics: ClassVar = ((metrics.SPANWRIGHT_COST_GUARD_EXCEEDED_CALLS, "exceeded_calls"),)

    def __init__(self, settings: CostGuardSettings = CostGuardSettings()) -> None:
        ceilings = Ceilings(**{key: getattr(settings, key) for key in settings.__dataclass_fields__})
        self._books = ceilings.any
        DESK.ceilings = ceilings
        if ceilings.any:
            install()

    def __call__(self, span: EditableSpan) -> None:
        if not self._books:
            return
        usd = span.attributes.get(SPANWRIGHT_COST_USD)
        if (
            isinstance(usd, int | float)
            and span.operation in PRICED_OPERATIONS
            and SPANWRIGHT_DUPLICATE_OF not in span.attributes
        ):
            DESK.add_observed(span.attributes, span.span_id, float(usd))

    def exceeded_calls(self) -> Iterable[tuple[int, Mapping[str, Any]]]:
        """Calls above a ceiling so far, by scope and action."""
        return [
            (count, {SPANWRIGHT_COST_GUARD_SCOPE: scope, SPANWRIGHT_COST_GUARD_ACTION: action})
            for (scope, action), count in list(DESK.exceeded.items())
        ]
