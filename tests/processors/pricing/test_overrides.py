"""What an entry of one's own prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spanwright_processors.pricing import load_overrides
from spanwright_processors.pricing.catalogue import Catalogue
from spanwright_processors.pricing.overrides import prices_of
from spanwright_processors.pricing.schedule import context_of
from spanwright_processors.steps.price import Price, PriceSettings
from support.editable import START_NS, editable_span

USD = "spanwright.cost.usd"
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
MILLION = 1_000_000


def priced(tmp_path: Path, text: str, usage: dict[str, Any], **call: Any) -> dict[str, Any]:
    """The attributes of a call of model ``m`` after the step with these overrides."""
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    more = call.pop("attributes", {})
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    attributes |= {f"gen_ai.usage.{key}": value for key, value in usage.items()} | more
    span = editable_span(attributes, **call)
    Price(PriceSettings(overrides=str(path)))(span)
    return span.attributes


TOKENS = {"input_tokens": MILLION, "output_tokens": MILLION}


def test_a_bedrock_profile_is_priced_as_its_model_with_a_discount(tmp_path: Path) -> None:
    """An application inference profile's ARN tells no model: the entry names it."""
    text = (
        f"- {{model: '{ARN}', same_as: anthropic.claude-sonnet-4-5-20250929-v1:0, "
        "same_as_provider: aws.bedrock, discount: 0.1}"
    )
    call = {"gen_ai.provider.name": "aws.bedrock", "gen_ai.request.model": ARN}
    listed = Catalogue().find("aws.bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", {})
    assert listed is not None
    cost = listed.at(START_NS).card.cost({f"gen_ai.usage.{key}": count for key, count in TOKENS.items()})
    assert cost is not None
    found = priced(tmp_path, text, TOKENS, attributes=call)
    assert found[USD] == pytest.approx(0.9 * cost.total / cost.denominator)
    assert found["spanwright.cost.source"] == "prices.yaml"


def test_rates_of_ones_own_replace_some_of_the_models(tmp_path: Path) -> None:
    """An Azure deployment with a negotiated input price has its model's output price."""
    text = "- {model: m, same_as: gpt-4o, same_as_provider: openai, input: 1}"
    found = priced(tmp_path, text, TOKENS, attributes={"gen_ai.provider.name": "azure.ai.openai"})
    assert found["spanwright.cost.input.usd"] == 1.0
    assert found["spanwright.cost.output.usd"] == 10.0


def test_a_model_that_the_table_lacks_leaves_the_call_unpriced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """`same_as` with a typing error is said, and costs nothing."""
    found = priced(tmp_path, "- {model: m, same_as: gpt-4oo, same_as_provider: openai}", TOKENS)
    assert found["spanwright.cost.unknown_model"] == "m"
    assert "`same_as: gpt-4oo` in prices.yaml is not in the price table" in caplog.text


def test_gpu_seconds_are_priced_without_tokens(tmp_path: Path) -> None:
    """The span's second on 4 of 8 shared GPUs, also where the call failed or reported nothing."""
    text = "- {model: m, gpu_second: 0.001, gpus: 4, concurrency: 8}"
    found = priced(tmp_path, text, {})
    assert (found[USD], found["spanwright.cost.other.usd"]) == (0.0005, 0.0005)
    assert found["spanwright.cost.micro_usd"] == 500


def test_a_fee_per_request_is_priced_without_tokens(tmp_path: Path) -> None:
    """A rerank call has a price and no tokens."""
    text = "- {model: m, request: 0.002}"
    found = priced(tmp_path, text, {}, attributes={"gen_ai.operation.name": "rerank"})
    assert (found[USD], found["spanwright.cost.other.usd"]) == (0.002, 0.002)


def test_prices_above_a_context_size_are_for_the_whole_call(tmp_path: Path) -> None:
    """At the size itself still the lower price."""
    text = "- {model: m, input: 1, output: 2, above: {200000: {input: 3}}}"
    costs = [
        priced(tmp_path, text, {"input_tokens": tokens, "output_tokens": MILLION})[USD]
        for tokens in (200_000, 200_001)
    ]
    assert costs == [2.2, 2.600003]


@pytest.mark.parametrize(("tier", "usd"), [("batch", 0.5), ("fast", 6.0), ("flex", 1.0)])
def test_service_tiers_have_prices(tmp_path: Path, tier: str, usd: float) -> None:
    """Those that the entry names; others are the standard one."""
    text = "- {model: m, input: 1, service_tiers: {batch: {input: 0.5}, fast: {input: 6}}}"
    call = {"spanwright.response.service_tier": tier}
    found = priced(tmp_path, text, {"input_tokens": MILLION}, attributes=call)
    assert found[USD] == usd
    assert found["spanwright.cost.tier"] == (tier if tier != "flex" else "standard")


def test_dated_entries_hold_for_their_days(tmp_path: Path) -> None:
    """`until` is exclusive; outside of them the next entry holds, or the table."""
    text = (
        "- {model: gpt-4o, from: 2026-01-01, until: 2026-02-01, input: 1}\n"
        "- {model: gpt-4o, from: 2026-02-01, until: '2026-03-01', input: 2}\n"
    )
    days = {"2025-12-31": 2.5, "2026-01-01": 1.0, "2026-01-31": 1.0, "2026-02-01": 2.0, "2026-03-01": 2.5}
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    prices = prices_of(load_overrides(str(path)), "openai", ["gpt-4o"], {}, Catalogue())
    assert prices is not None
    for day, usd in days.items():
        offer = prices.at(_noon(day))
        assert offer is not None
        cost = offer.card.cost({"gen_ai.usage.input_tokens": MILLION})
        assert cost is not None
        assert cost.total / cost.denominator == usd, day


def _noon(day: str) -> int:
    from datetime import UTC, datetime

    return int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()) * 10**9


def test_every_kind_of_token_can_have_a_price(tmp_path: Path) -> None:
    """Audio, images, reasoning, both lives of cache writes, and web searches."""
    text = (
        "- {model: m, input: 1, output: 2, input_audio: 10, output_audio: 20, input_image: 5, "
        "cache_write: 3, cache_write_5m: 3, cache_write_1h: 4, cache_read: 0.1, web_search: 0.01}"
    )
    usage = {
        "input_tokens": 6 * MILLION,
        "audio.input_tokens": MILLION,
        "image.input_tokens": MILLION,
        "cache_read.input_tokens": MILLION,
        "cache_write.input_tokens": 2 * MILLION,
        "output_tokens": 2 * MILLION,
        "audio.output_tokens": MILLION,
    }
    own = {
        "spanwright.usage.cache_write_5m.input_tokens": MILLION,
        "spanwright.usage.cache_write_1h.input_tokens": MILLION,
        "spanwright.usage.web_searches": 3,
        "gen_ai.usage.audio.cache_read.input_tokens": 0,
        "gen_ai.usage.image.cache_read.input_tokens": 0,
    }
    found = priced(tmp_path, text, usage, attributes=own)
    assert found["spanwright.cost.input.usd"] == 1 + 10 + 5
    assert found["spanwright.cost.cache_read.usd"] == 0.1
    assert found["spanwright.cost.cache_write.usd"] == 3 + 4
    assert found["spanwright.cost.output.usd"] == 2 + 20
    assert found["spanwright.cost.other.usd"] == 0.03
    assert found[USD] == 45.13


def test_a_provider_by_any_of_its_names() -> None:
    """The seller is compared, not how it is spelled."""
    override = load_one("{model: 'GPT-*', provider: az.ai.openai, input: 1}")
    assert override.matches("azure.ai.openai", "gpt-4o")
    assert not override.matches("openai", "gpt-4o")
    assert not override.matches(None, "gpt-4o")


def load_one(entry: str) -> Any:
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(f"- {entry}\n")
        file.flush()
        return load_overrides(file.name)[0]


def test_batch_is_a_tier_and_a_way_of_processing() -> None:
    """genai-prices' table knows it under the latter."""
    assert context_of("batch", None) == {"service_tier": "batch", "processing": "batch"}
    assert context_of(None, "fast") == {"speed": "fast"}
