"""Reading the file with prices of one's own; every mistake in it is named with its entry and key."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from .overrides import PRICE_KEYS, GpuTime, Override
from .schedule import Provenance
from .table import file_date

_NAMES = ("model", "provider", "same_as", "same_as_provider")
_DATES = ("from", "until")
_GPU = ("gpu_second", "gpus", "concurrency")
_OTHERS = ("discount", "above", "service_tiers")
_KNOWN = (*_NAMES, *_DATES, *PRICE_KEYS, *_OTHERS, *_GPU)


def load_overrides(path: str) -> tuple[Override, ...]:
    """The entries of the YAML file at ``path`` in its order: a list of maps, or ``prices:`` over such a list.

    ```yaml
    - model: prod-gpt4o              # a deployment, at negotiated prices
      provider: azure.ai.openai
      input: 2.50
      output: 10
      cache_read: 1.25
    - model: arn:aws:bedrock:*:application-inference-profile/a1b2c3
      same_as: anthropic.claude-sonnet-4-5-20250929-v1:0
      same_as_provider: aws.bedrock
      discount: 0.12
    - model: llama-3.3-70b           # a machine of one's own
      gpu_second: 0.00083
      gpus: 4
      concurrency: 16
    ```

    Raises ``ValueError`` naming the entry and the key that is wrong.
    """
    import yaml

    try:
        raw = Path(path).read_bytes()
        entries = yaml.safe_load(raw)
    except (OSError, yaml.YAMLError) as error:
        raise ValueError(
            f"Cannot use price.overrides: {path!r} cannot be read as YAML ({type(error).__name__}). "
            "Give the path of a readable YAML file."
        ) from error
    if isinstance(entries, dict) and entries.keys() == {"prices"}:
        entries = entries["prices"]
    if not isinstance(entries, list):
        raise ValueError(
            f"Cannot use price.overrides: {path!r} does not hold a list. "
            "Write one `- model: …` entry with its prices per model."
        )
    file = Path(path)
    provenance = Provenance(file.name, hashlib.sha256(raw).hexdigest()[:12], file_date(file))
    return tuple(_Entry(number, entry).override(provenance) for number, entry in enumerate(entries, 1))


class _Entry:
    """One entry while it is read; ``number`` is for the messages."""

    def __init__(self, number: int, entry: Any) -> None:
        self._number = number
        self._entry = entry

    def override(self, provenance: Provenance) -> Override:
        entry = self._entry
        if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
            raise self._wrong("it has no `model`", "Name the model it is for, for example `model: my-gpt-*`.")
        self._check_keys(entry, _KNOWN)
        for key in _NAMES:
            if not isinstance(entry.get(key, ""), str):
                raise self._wrong(f"`{key}` is not text", "Use a name such as azure.ai.openai or gpt-4o.")
        prices, gpu_time = self._prices(entry), self._gpu_time(entry)
        if not prices and gpu_time is None and "same_as" not in entry:
            raise self._wrong(
                "it has no price",
                "Give at least `input`, in US dollars per million tokens, or `same_as`, or `gpu_second`.",
            )
        return Override(
            entry["model"],
            entry.get("provider"),
            prices,
            provenance,
            since=self._date(entry, "from"),
            until=self._date(entry, "until"),
            above=self._above(entry),
            tiers=self._tiers(entry),
            same_as=entry.get("same_as"),
            same_as_provider=entry.get("same_as_provider"),
            discount=self._discount(entry),
            gpu_time=gpu_time,
        )

    def _prices(self, entry: Mapping[str, Any]) -> dict[str, Decimal]:
        return {key: self._price(key, entry[key]) for key in PRICE_KEYS if key in entry}

    def _above(self, entry: Mapping[str, Any]) -> tuple[tuple[int, dict[str, Decimal]], ...]:
        above = self._mapping(entry, "above", "total input tokens", "`above: {200000: {input: 6}}`")
        found = []
        for start, prices in above.items():
            if not isinstance(start, int) or isinstance(start, bool) or start < 0:
                raise self._wrong(
                    f"`above` has {start!r}", "Use a number of input tokens, such as `above: {200000: …}`."
                )
            self._check_keys(prices, PRICE_KEYS)
            found.append((start, self._prices(prices)))
        return tuple(sorted(found, key=lambda tier: tier[0]))

    def _tiers(self, entry: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
        tiers = self._mapping(entry, "service_tiers", "service tiers", "`service_tiers: {batch: {input: 1}}`")
        for prices in tiers.values():
            self._check_keys(prices, PRICE_KEYS)
        return {str(tier): self._prices(prices) for tier, prices in tiers.items()}

    def _mapping(self, entry: Mapping[str, Any], key: str, by: str, example: str) -> Mapping[Any, Any]:
        value = entry.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(prices, dict) for prices in value.values()):
            raise self._wrong(f"`{key}` holds no prices by {by}", f"Write it as {example}.")
        return value

    def _gpu_time(self, entry: Mapping[str, Any]) -> GpuTime | None:
        if "gpu_second" not in entry:
            alone = next((key for key in _GPU if key in entry), None)
            if alone is not None:
                raise self._wrong(f"`{alone}` needs `gpu_second`", "Give US dollars per second of one GPU.")
            return None
        figures = {key: self._price(key, entry[key]) for key in _GPU if key in entry}
        zero = next((key for key in _GPU[1:] if figures.get(key) == 0), None)
        if zero is not None:
            raise self._wrong(f"`{zero}` is 0", "Use a number greater than 0.")
        usd = figures.pop("gpu_second")
        return GpuTime(usd, **figures)

    def _discount(self, entry: Mapping[str, Any]) -> Decimal:
        discount = self._price("discount", entry.get("discount", 0))
        if discount > 1:
            raise self._wrong(f"`discount` is {discount}", "Use a share from 0 to 1, such as 0.15 for 15 %.")
        return discount

    def _date(self, entry: Mapping[str, Any], key: str) -> date | None:
        value = entry.get(key)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = date.fromisoformat(value)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self._wrong(f"`{key}` is {value!r}", "Use a day (UTC) such as 2026-11-23.")

    def _price(self, key: str, value: Any) -> Decimal:
        try:
            price = Decimal("NaN" if isinstance(value, bool) else str(value))
        except InvalidOperation:
            price = Decimal("NaN")
        if not price.is_finite() or price < 0:
            raise self._wrong(
                f"`{key}` is {value!r}", "Use a number of US dollars per million tokens, 0 or more."
            )
        return price

    def _check_keys(self, entry: Mapping[Any, Any], known: Any) -> None:
        unknown = [str(key) for key in entry if key not in known]
        if unknown:
            raise self._wrong(f"{unknown[0]!r} is not known", f"Use {', '.join(known)}.")

    def _wrong(self, why: str, instead: str) -> ValueError:
        return ValueError(f"Cannot use price.overrides: entry {self._number}: {why}. {instead}")
