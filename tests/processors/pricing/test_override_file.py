"""The file with prices of one's own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from spanwright_processors.pricing import load_overrides
from spanwright_processors.steps.price import PriceSettings


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    return str(path)


def test_a_list_and_a_list_under_prices_are_the_same(tmp_path: Path) -> None:
    """Both ways to write the file give the same entries; numbers may be quoted and stay exact."""
    bare = load_overrides(written(tmp_path, "- {model: a, input: '0.10', output: 3}\n"))
    (entry,) = load_overrides(written(tmp_path, "prices:\n- {model: a, input: 0.10, output: 3}\n"))
    assert entry.prices == bare[0].prices == {"input": Decimal("0.1"), "output": Decimal(3)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model: a", "does not hold a list"),
        ("- {input: 3}", "entry 1: it has no `model`"),
        ("- {model: a}", "it has no price"),
        ("- {model: a, input: 1}\n- {model: b, inptu: 3}", "entry 2: 'inptu' is not known"),
        ("- {model: a, input: -1}", "`input` is -1"),
        ("- {model: a, input: true}", "`input` is True"),
        ("- {model: a, input: cheap}", "`input` is 'cheap'"),
        ("- {model: a, provider: 3, input: 1}", "`provider` is not text"),
        ("- [", "cannot be read as YAML"),
        ("- {model: a, input: 1, from: soon}", "`from` is 'soon'"),
        ("- {model: a, input: 1, until: 2026-01-01 10:00:00}", "`until` is datetime"),
        ("- {model: a, same_as: b, discount: 15}", "`discount` is 15"),
        ("- {model: a, gpus: 4, input: 1}", "`gpus` needs `gpu_second`"),
        ("- {model: a, gpu_second: 1, concurrency: 0}", "`concurrency` is 0"),
        ("- {model: a, input: 1, above: {many: {input: 2}}}", "`above` has 'many'"),
        ("- {model: a, input: 1, above: {9: {inptu: 2}}}", "'inptu' is not known"),
        ("- {model: a, input: 1, above: 9}", "`above` holds no prices by total input tokens"),
        ("- {model: a, input: 1, service_tiers: {flex: 2}}", "`service_tiers` holds no prices"),
    ],
)
def test_what_is_wrong_is_named_at_the_start(tmp_path: Path, text: str, why: str) -> None:
    """A wrong file stops the settings, and the message quotes the key and the entry."""
    with pytest.raises(ValueError, match=r"Cannot use price\.overrides") as caught:
        PriceSettings(overrides=written(tmp_path, text))
    assert why in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is said at the start, not at the first call."""
    with pytest.raises(ValueError, match="FileNotFoundError"):
        PriceSettings(overrides=str(tmp_path / "none.yaml"))
