"""Prices of one's own: negotiated ones, and names that no public table knows (Azure deployments)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .catalogue import PROVIDERS, Found, Schedule

#: Key in the file -> price key of genai-prices. US dollars per million tokens.
_PRICES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}
_NAMES = ("model", "provider")


@dataclass(frozen=True, slots=True)
class Override:
    """One entry of an overrides file: the models it is for, and US dollars per million tokens.

    ``model`` is compared with the answered and the requested model, without regard to case; ``*`` and
    ``?`` stand for any text and any character. ``provider`` None means any.
    """

    model: str
    provider: str | None
    prices: Mapping[str, Decimal]
    source: str
    version: str

    def matches(self, provider: str | None, model: str) -> bool:
        if self.provider is not None and _seller(provider or "") != _seller(self.provider):
            return False
        return fnmatchcase(model.lower(), self.model.lower())

    def found(self) -> Found:
        from genai_prices.types import ClauseEquals, ModelInfo, ModelPrice

        prices = ModelPrice(**{_PRICES[key]: price for key, price in self.prices.items()})
        model = ModelInfo(id=self.model, match=ClauseEquals(equals=self.model), prices=prices)
        return Found(Schedule(model, {}), self.source, self.version)


def load_overrides(path: str) -> tuple[Override, ...]:
    """The entries of the YAML file at ``path`` in its order: a list of maps, or ``prices:`` over such a list.

    ```yaml
    - model: prod-gpt4o
      provider: azure.ai.openai
      input: 2.50
      output: 10
      cache_read: 1.25
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
    version = hashlib.sha256(raw).hexdigest()[:12]
    return tuple(
        _override(number, entry, Path(path).name, version) for number, entry in enumerate(entries, 1)
    )


def _override(number: int, entry: Any, source: str, version: str) -> Override:
    if not isinstance(entry, dict) or not isinstance(entry.get("model"), str):
        raise _wrong(number, "it has no `model`", "Name the model it is for, for example `model: my-gpt-*`.")
    unknown = [str(key) for key in entry if key not in _PRICES and key not in _NAMES]
    if unknown:
        raise _wrong(number, f"{unknown[0]!r} is not known", f"Use {', '.join((*_NAMES, *_PRICES))}.")
    prices = {key: _price(number, key, entry[key]) for key in _PRICES if key in entry}
    if not prices:
        raise _wrong(number, "it has no price", "Give at least `input`, in US dollars per million tokens.")
    provider = entry.get("provider")
    if provider is not None and not isinstance(provider, str):
        raise _wrong(number, "`provider` is not text", "Use a gen_ai.provider.name such as azure.ai.openai.")
    return Override(entry["model"], provider, prices, source, version)


def _price(number: int, key: str, value: Any) -> Decimal:
    try:
        price = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price < 0:
        raise _wrong(
            number, f"`{key}` is {value!r}", "Use a number of US dollars per million tokens, 0 or more."
        )
    return price


def _wrong(number: int, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use price.overrides: entry {number}: {why}. {instead}")


def _seller(provider: str) -> str:
    return PROVIDERS.get(provider.lower(), provider.lower())
