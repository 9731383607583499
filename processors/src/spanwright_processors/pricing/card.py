"""One model's rates at one time, as integers: what a call costs is exact, and takes a few multiplications."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from .usage import USAGE_ATTRIBUTES, read_usage

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice
    from genai_prices.units import UnitDef

#: Parts of a cost in the order in which ``Cost`` holds them.
_INPUT, _OUTPUT, _CACHE_READ, _CACHE_WRITE, _OTHER = range(5)
_MILLION = 1_000_000


class UsageError(ValueError):
    """The reported counts contradict each other, or are no counts; no price can be right."""


class Cost(NamedTuple):
    """Money as integers over ``denominator``: US dollars = numerator / denominator.

    ``input`` is uncached input, ``output`` includes reasoning; ``other`` is what is not tokens: fees per
    request and web search, GPU time.
    """

    denominator: int
    total: int
    input: int
    output: int
    cache_read: int
    cache_write: int
    other: int

    @property
    def micro_usd(self) -> int:
        """Millionths of a US dollar, rounded half to even."""
        whole, rest = divmod(self.total * _MILLION, self.denominator)
        twice = 2 * rest
        return whole + (twice > self.denominator or (twice == self.denominator and whole % 2 == 1))


class _Rate(NamedTuple):
    """One priced unit: the attribute with its count, which priced units are part of it, and its prices.

    ``details`` are counts, ``overlaps`` pairs of counts, that leave this one undefined if it is not reported.
    """

    attribute: str
    parts: tuple[int, ...]
    details: tuple[str, ...]
    overlaps: tuple[tuple[str, str], ...]
    part_of_cost: int
    by_tier: tuple[int, ...]

    def is_undefined(self, attributes: Mapping[str, Any]) -> bool:
        return any(attributes.get(name) for name in self.details) or any(
            attributes.get(one) and attributes.get(two) for one, two in self.overlaps
        )


class RateCard:
    """The prices of ``price`` ready to multiply. Equal to ``genai_prices`` to the last digit.

    A count is priced at the most specific rate that fits: cached input at the cache's rate, the rest at the
    input's. Where a tier starts at a context size, the whole call is priced at the tier its total input is
    in. ``free`` says that a model without rates costs nothing; else its calls are not priced. ``factor``
    multiplies every price: 0.85 for a discount of 15 %.
    """

    #: A call that failed and reported no tokens costs nothing.
    prices_failures = False

    def __init__(self, price: ModelPrice, free: bool = False, factor: Fraction = Fraction(1)) -> None:
        units = _priced_units(price)
        self._free = free
        self._tiers = sorted({start for unit in units for start in _tier_starts(price, unit)})
        rates = [
            [Fraction(rate) * factor / unit.per for rate in self._by_tier(price, unit)] for unit in units
        ]
        requests = Fraction(_base(getattr(price, "requests_kcount", None) or 0)) * factor / 1000
        self.denominator = lcm(*(rate.denominator for row in rates for rate in row), requests.denominator)
        self._request_fee = int(requests * self.denominator)
        self._rates = tuple(
            _Rate(
                attribute=USAGE_ATTRIBUTES[unit.usage_key],
                parts=tuple(i for i, other in enumerate(units[:index]) if _is_part(other, unit)),
                details=_details(unit),
                overlaps=_overlaps(unit),
                part_of_cost=_part_of_cost(unit),
                by_tier=tuple(int(rate * self.denominator) for rate in row),
            )
            for index, (unit, row) in enumerate(zip(units, rates, strict=True))
        )
        priced = {unit.usage_key for unit in units}
        #: Whether a call that reported no tokens has a price.
        self.prices_any_call = self._request_fee > 0
        self._unpriced = tuple(
            USAGE_ATTRIBUTES[key] for key in ("input_tokens", "output_tokens") if key not in priced
        )

    def cost(self, attributes: Mapping[str, Any], _duration_ns: int = 0, /) -> Cost | None:
        """What the usage in a span's ``attributes`` costs; None where the card has no rate for it.

        How long the call took makes no difference.

        Raises ``UsageError`` where a part is larger than its whole, or a whole is missing beside its part.
        """
        if self._unpriced and not self._free and any(attributes.get(name) for name in self._unpriced):
            return None
        tier = 0
        if self._tiers:
            total_input = attributes.get(USAGE_ATTRIBUTES["input_tokens"], 0)
            tier = bisect_left(self._tiers, total_input) if type(total_input) is int else 0
        sums = [0, 0, 0, 0, self._request_fee]
        left: list[int] = []
        for rate in self._rates:
            attribute, parts, details, overlaps, part_of_cost, by_tier = rate
            count = attributes.get(attribute)
            if count is None:
                if (overlaps or _reported(details, attributes)) and rate.is_undefined(attributes):
                    return self._cost_of_completed(attributes)
                count = 0
            elif type(count) is not int:
                raise UsageError(f"{attribute} is not an integer")
            for part in parts:
                count -= left[part]
            if count < 0:
                raise UsageError(f"{attribute} is less than its parts")
            left.append(count)
            sums[part_of_cost] += count * by_tier[tier]
        return Cost(self.denominator, sum(sums), *sums)

    def _cost_of_completed(self, attributes: Mapping[str, Any]) -> Cost | None:
        completed = {USAGE_ATTRIBUTES[key]: count for key, count in read_usage(attributes).items()}
        if completed.keys() <= attributes.keys():
            raise UsageError("a part of the usage is reported without its whole")
        return self.cost(completed)

    def _by_tier(self, price: ModelPrice, unit: UnitDef) -> list[Any]:
        """The unit's price below the first tier start, then above each."""
        value: Any = getattr(price, unit.price_key)
        rates = [_base(value)]
        for start in self._tiers:
            above = [tier.price for tier in getattr(value, "tiers", ()) if tier.start <= start]
            rates.append(above[-1] if above else rates[0])
        return rates


def _base(value: Any) -> Any:
    return getattr(value, "base", value)


def _tier_starts(price: ModelPrice, unit: UnitDef) -> list[int]:
    return [tier.start for tier in getattr(getattr(price, unit.price_key), "tiers", ())]


def _registry_units() -> dict[str, UnitDef]:
    from genai_prices.data_units import unit_data
    from genai_prices.units import UnitRegistry

    units = UnitRegistry(unit_data).units
    return {key: units[key] for key in USAGE_ATTRIBUTES if key in units}


def _priced_units(price: ModelPrice) -> list[UnitDef]:
    """Units that have a price and that a span can report, the most specific first."""
    units = [unit for unit in _units().values() if getattr(price, unit.price_key) is not None]
    return sorted(units, key=lambda unit: (-len(unit.dimensions), unit.usage_key))


_known_units: dict[str, UnitDef] = {}


def _units() -> dict[str, UnitDef]:
    if not _known_units:
        _known_units.update(_registry_units())
    return _known_units


def _is_part(part: UnitDef, whole: UnitDef) -> bool:
    return part is not whole and whole.dimensions.items() <= part.dimensions.items()


def _details(unit: UnitDef) -> tuple[str, ...]:
    return tuple(USAGE_ATTRIBUTES[key] for key, other in _units().items() if _is_part(other, unit))


def _overlaps(unit: UnitDef) -> tuple[tuple[str, str], ...]:
    """Pairs of counts that overlap exactly in ``unit``: cached input and audio input in cached audio."""
    return tuple(
        (USAGE_ATTRIBUTES[one.usage_key], USAGE_ATTRIBUTES[two.usage_key])
        for one, two in combinations(_units().values(), 2)
        if one.is_compatible_with(two)
        and not _is_part(one, two)
        and not _is_part(two, one)
        and {**one.dimensions, **two.dimensions} == unit.dimensions
    )


def _reported(names: tuple[str, ...], attributes: Mapping[str, Any]) -> bool:
    for name in names:  # noqa: SIM110  a generator costs three times as much, on every priced span
        if name in attributes:
            return True
    return False


def _part_of_cost(unit: UnitDef) -> int:
    if unit.dimensions.get("family") != "tokens":
        return _OTHER
    if unit.dimensions.get("direction") == "output":
        return _OUTPUT
    return {"cache_read": _CACHE_READ, "cache_write": _CACHE_WRITE}.get(
        unit.dimensions.get("token_type", ""), _INPUT
    )
