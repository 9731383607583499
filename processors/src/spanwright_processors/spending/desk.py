"""Where it is decided whether a call may be made, by all ceilings that hold for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

from spanwright_semconv import spending
from spanwright_semconv.attributes import (
    ERROR_TYPE,
    GEN_AI_REQUEST_CHOICE_COUNT,
    GEN_AI_REQUEST_MAX_TOKENS,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    OPENAI_RESPONSE_SERVICE_TIER,
    SPANWRIGHT_COST_GUARD_ACTION,
    SPANWRIGHT_COST_GUARD_COUNTED_BY,
    SPANWRIGHT_COST_GUARD_EXPECTED_USD,
    SPANWRIGHT_COST_GUARD_INPUT_TOKENS,
    SPANWRIGHT_COST_GUARD_LIMIT_USD,
    SPANWRIGHT_COST_GUARD_SCOPE,
    SPANWRIGHT_COST_GUARD_SPENT_USD,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_RESPONSE_SERVICE_TIER,
    SPANWRIGHT_RESPONSE_SPEED,
    USER_HASH,
)
from spanwright_semconv.enums import CostGuardAction, CostGuardScope
from spanwright_semconv.spending import CostCeilingExceeded, PlannedCall, Verdict

from ..fork import watch_forks
from ..pricing import Prices
from ..pricing.book import current_book
from ..rollup.forest import Recent
from .ceiling import Action, Block, blocks
from .ledger import Account, Ledger
from .tokens import BY_BYTES, BYTES_PER_TOKEN, MEDIA_TOKENS, Input, bound, counted, read_input

_logger = logging.getLogger(__name__)

_DAY = Account(CostGuardScope.DAY, "")


@dataclass(frozen=True)
class Ceilings:
    """The ceilings of a whole process, in US dollars; None: no ceiling. See ``CostGuardSettings``."""

    max_usd: float | None = None
    day_usd: float | None = None
    user_day_usd: float | None = None
    pipeline_day_usd: float | None = None
    pipelines: Mapping[str, float] = field(default_factory=dict)
    action: Action = "raise"
    unknown_price: Literal["allow", "reject"] = "allow"
    output_tokens: int = 4_096
    bytes_per_token: float = BYTES_PER_TOKEN
    media_tokens: int = MEDIA_TOKENS

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        limits = (self.max_usd, self.day_usd, self.user_day_usd, self.pipeline_day_usd)
        return any(limit is not None for limit in limits) or bool(self.pipelines)


class Limit(NamedTuple):
    """One ceiling that holds for a call, and what is spent within it."""

    scope: str
    usd: float
    spent: float
    action: Action


class Estimate(NamedTuple):
    """What a call may cost at most, and how its input was counted."""

    usd: float
    input_tokens: int
    output_tokens: int
    counted_by: str


class Desk:
    """Answers for every planned call; keeps the ledger of the day. Safe to use from several threads."""

    def __init__(self) -> None:
        self.ceilings = Ceilings()
        self.ledger = Ledger()
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        """A child decides for itself; its ledger is empty."""
        self._settled = Recent()
        self._lock = threading.RLock()
        #: Calls above a ceiling by (scope, action).
        self.exceeded: dict[tuple[str, str], int] = {}

    def planned(self, call: PlannedCall) -> Verdict | None:
        """The answer for ``call``; what it may cost is booked until it is settled."""
        around = blocks()
        if not around and not self.ceilings.any:
            return None
        accounts = _accounts(call.attributes)
        prices = _prices(call.provider, call.model, None, call.attributes)
        if prices is None:
            return self._unpriced(call)
        sent = read_input(call.read_content())
        estimate = self._by_length(call, sent, prices)
        booked = accounts if call.is_recorded else ()  # else it is booked when its span is priced
        broken, day = self._admit(around, accounts, booked, estimate)
        if broken is not None:  # only now is it worth counting for sure, which takes milliseconds
            estimate = self._by_tokenizer(call, sent, prices) or estimate
            broken, day = self._admit(around, accounts, booked, estimate, logs=True)
        if day is None and broken is not None:
            return self._refused(call, broken, estimate)
        event = None if broken is None else self._told(call, broken, estimate)
        if not call.is_recorded:
            return Verdict(None, event, None)
        settlement = _Settlement(call, around, accounts, estimate.usd, day or 0)
        return Verdict(None, event, partial(self.settle, settlement))

    def add_observed(self, attributes: Mapping[str, Any], span_id: int, usd: float) -> None:
        """Book a call that nobody planned here: another instrumentor's span of it has been priced."""
        with self._lock:
            if span_id not in self._settled:
                self.ledger.book(_accounts(attributes), usd)

    def settle(self, settlement: _Settlement, attributes: Mapping[str, Any]) -> None:
        """Correct what was booked by what the call did cost."""
        call = settlement.call
        actual = _actual_usd(call, attributes, settlement.expected)
        with self._lock:
            self._settled.add(call.span_id)
            for block in settlement.around:
                block.add(actual - settlement.expected)
            self.ledger.correct(settlement.accounts, actual - settlement.expected, settlement.day)

    def _admit(
        self,
        around: Iterable[Block],
        accounts: Iterable[Account],
        booked: Iterable[Account],
        estimate: Estimate,
        logs: bool = False,
    ) -> tuple[Limit | None, int | None]:
        """Book ``estimate`` on ``booked`` if it breaks no ceiling, or, with ``logs``, one that only tells.

        The first ceiling that it breaks, those that raise first, and the day it was booked on if it was.
        """
        with self._lock:  # one after the other: two calls that fit alone may not fit together
            broken = [
                limit for limit in self._limits(around, accounts) if limit.spent + estimate.usd > limit.usd
            ]
            refusing = next((limit for limit in broken if limit.action == "raise"), None)
            if refusing is not None or (broken and not logs):
                return refusing or broken[0], None
            for block in around:
                block.add(estimate.usd)
            return next(iter(broken), None), self.ledger.book(booked, estimate.usd)

    def _limits(self, around: Iterable[Block], accounts: Iterable[Account]) -> Iterator[Limit]:
        ceilings = self.ceilings
        for block in around:
            if block.max_usd is not None:
                yield Limit(CostGuardScope.CALL, block.max_usd, 0.0, block.action)
            if block.total_usd is not None:
                yield Limit(CostGuardScope.BLOCK, block.total_usd, block.spent_usd, block.action)
        if ceilings.max_usd is not None:
            yield Limit(CostGuardScope.CALL, ceilings.max_usd, 0.0, ceilings.action)
        for account in accounts:
            usd = self._day_limit(account)
            if usd is not None:
                yield Limit(account.scope, usd, self.ledger.spent(account), ceilings.action)

    def _day_limit(self, account: Account) -> float | None:
        if account.scope == CostGuardScope.USER:
            return self.ceilings.user_day_usd
        if account.scope == CostGuardScope.PIPELINE:
            return self.ceilings.pipelines.get(account.name, self.ceilings.pipeline_day_usd)
        return self.ceilings.day_usd

    def _by_length(self, call: PlannedCall, sent: Input, prices: Prices) -> Estimate:
        ceilings = self.ceilings
        tokens = bound(sent, ceilings.bytes_per_token, ceilings.media_tokens)
        output = _most_output(call, ceilings.output_tokens)
        return Estimate(_usd(prices, tokens, output), tokens, output, BY_BYTES)

    def _by_tokenizer(self, call: PlannedCall, sent: Input, prices: Prices) -> Estimate | None:
        found = counted(call.provider, call.model or "", sent, self.ceilings.media_tokens)
        if found is None:
            return None
        output = _most_output(call, self.ceilings.output_tokens)
        return Estimate(_usd(prices, found[0], output), found[0], output, found[1])

    def _unpriced(self, call: PlannedCall) -> Verdict | None:
        if self.ceilings.unknown_price != "reject":
            return None
        message = (
            f"Cannot make the call: the price of {call.model or 'its model'} is not known, and a cost "
            "ceiling holds. Give its price in price.overrides, or set cost_guard.unknown_price to allow."
        )
        error = CostCeilingExceeded(
            message, scope=CostGuardScope.CALL, limit_usd=0.0, expected_usd=0.0, spent_usd=0.0
        )
        return Verdict(error, None, None)

    def _refused(self, call: PlannedCall, limit: Limit, estimate: Estimate) -> Verdict:
        error = CostCeilingExceeded(
            _message(call, limit, estimate),
            scope=limit.scope,
            limit_usd=limit.usd,
            expected_usd=estimate.usd,
            spent_usd=limit.spent,
        )
        return Verdict(error, self._event(limit, estimate, CostGuardAction.REJECTED), None)

    def _told(self, call: PlannedCall, limit: Limit, estimate: Estimate) -> Mapping[str, Any]:
        _logger.warning("%s It was made nevertheless.", _message(call, limit, estimate))
        return self._event(limit, estimate, CostGuardAction.LOGGED)

    def _event(self, limit: Limit, estimate: Estimate, action: CostGuardAction) -> Mapping[str, Any]:
        key = (str(limit.scope), str(action))
        with self._lock:
            self.exceeded[key] = self.exceeded.get(key, 0) + 1
        return {
            SPANWRIGHT_COST_GUARD_SCOPE: str(limit.scope),
            SPANWRIGHT_COST_GUARD_ACTION: str(action),
            SPANWRIGHT_COST_GUARD_LIMIT_USD: float(limit.usd),
            SPANWRIGHT_COST_GUARD_SPENT_USD: float(limit.spent),
            SPANWRIGHT_COST_GUARD_EXPECTED_USD: estimate.usd,
            SPANWRIGHT_COST_GUARD_INPUT_TOKENS: estimate.input_tokens,
            SPANWRIGHT_COST_GUARD_COUNTED_BY: estimate.counted_by,
        }


class _Settlement(NamedTuple):
    """A call that was let through, and what was booked for it."""

    call: PlannedCall
    around: tuple[Block, ...]
    accounts: tuple[Account, ...]
    expected: float
    day: int


#: The one of this process.
DESK = Desk()


def install() -> None:
    """Have the instrumentors ask from now on."""
    current_book().warm_up()
    spending.set_check(DESK.planned)


def _accounts(attributes: Mapping[str, Any]) -> tuple[Account, ...]:
    found = [_DAY]
    for scope, key in (
        (CostGuardScope.USER, USER_HASH),
        (CostGuardScope.PIPELINE, SPANWRIGHT_PIPELINE_NAME),
    ):
        name = attributes.get(key)
        if isinstance(name, str):
            found.append(Account(scope, name))
    return tuple(found)


def _prices(
    provider: str | None, model: str | None, answered: Any, attributes: Mapping[str, Any]
) -> Prices | None:
    tier = attributes.get(OPENAI_RESPONSE_SERVICE_TIER) or attributes.get(SPANWRIGHT_RESPONSE_SERVICE_TIER)
    return current_book().find((provider, answered, model, tier, attributes.get(SPANWRIGHT_RESPONSE_SPEED)))


def _usd(prices: Prices, input_tokens: int, output_tokens: int) -> float:
    offer = prices.at(time.time_ns())
    usage = {GEN_AI_USAGE_INPUT_TOKENS: input_tokens, GEN_AI_USAGE_OUTPUT_TOKENS: output_tokens}
    cost = offer.card.cost(usage) if offer is not None else None
    if cost is None:  # embeddings have no price for output
        cost = offer.card.cost({GEN_AI_USAGE_INPUT_TOKENS: input_tokens}) if offer is not None else None
    return cost.total / cost.denominator if cost is not None else 0.0


def _actual_usd(call: PlannedCall, attributes: Mapping[str, Any], expected: float) -> float:
    """What the ended call did cost: by its usage; without any, nothing if it failed, else what it might."""
    usage = [attributes.get(key) for key in (GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS)]
    if any(count is not None for count in usage):
        prices = _prices(call.provider, call.model, attributes.get(GEN_AI_RESPONSE_MODEL), attributes)
        offer = prices.at(time.time_ns()) if prices is not None else None
        cost = offer.card.cost(attributes) if offer is not None else None
        return cost.total / cost.denominator if cost is not None else expected
    return 0.0 if attributes.get(ERROR_TYPE) is not None else expected


def _most_output(call: PlannedCall, otherwise: int) -> int:
    if call.operation == "embeddings":
        return 0
    most, answers = (
        call.attributes.get(GEN_AI_REQUEST_MAX_TOKENS),
        call.attributes.get(GEN_AI_REQUEST_CHOICE_COUNT),
    )
    tokens = most if isinstance(most, int) and most >= 0 else otherwise
    return tokens * (answers if isinstance(answers, int) and answers > 0 else 1)


_HOLDS_FOR = {
    CostGuardScope.CALL: "one call",
    CostGuardScope.BLOCK: "this block",
    CostGuardScope.USER: "this user today",
    CostGuardScope.PIPELINE: "this pipeline today",
    CostGuardScope.DAY: "today",
}


def _message(call: PlannedCall, limit: Limit, estimate: Estimate) -> str:
    spent = f", of which ${limit.spent:.6g} are spent" if limit.spent else ""
    return (
        f"Cannot make the call: it may cost ${estimate.usd:.6g} ({call.model}, {estimate.input_tokens:,} "
        f"input tokens counted by {estimate.counted_by}, up to {estimate.output_tokens:,} output tokens), "
        f"above the ceiling of ${limit.usd:.6g} for {_HOLDS_FOR[CostGuardScope(limit.scope)]}{spent}. "
        "Send less, allow less output, or raise the ceiling."
    )
