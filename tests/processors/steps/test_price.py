"""Prices of calls, with genai-prices' own calculation as the oracle."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.pricing import USAGE_ATTRIBUTES
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.price import Price, PriceSettings
from support.editable import editable_span

USD = "spanwright.cost.usd"
UNKNOWN = "spanwright.cost.unknown_model"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Every 7th model of the table, and all whose prices change with time, context size or service tier.
MODELS = [
    (provider.id, model.id)
    for provider in providers
    for number, model in enumerate(provider.models)
    if number % 7 == 0
    or isinstance(model.prices, list)
    or model.price_variants
    or "tiers" in repr(model.prices)
]


def call(
    usage: dict[str, Any], provider: str | None = "openai", model: str = "gpt-4o", **more: Any
) -> EditableSpan:
    """A chat span with ``usage`` by genai-prices' usage keys."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": model,
        **({"gen_ai.provider.name": provider} if provider else {}),
        **{USAGE_ATTRIBUTES[key]: count for key, count in usage.items()},
    }
    return editable_span(attributes, **more)


@st.composite
def usages(draw: st.DrawFn) -> dict[str, int]:
    """Usage whose parts fit in their wholes, any of them possibly not reported."""
    tokens = st.one_of(st.integers(0, 3_000), st.integers(100_000, 1_500_000))
    text, audio, written, read = draw(tokens), draw(tokens), draw(tokens), draw(tokens)
    written_1h = draw(st.integers(0, written))
    output, reasoning = draw(tokens), draw(st.integers(0, 500))
    whole = {"input_tokens": text + audio + written + read, "output_tokens": output + reasoning}
    parts = {
        "cache_read_tokens": read,
        "cache_write_tokens": written,
        "cache_write_1h_tokens": written_1h,
        "cache_write_5m_tokens": written - written_1h,
        "output_reasoning_tokens": reasoning,
        "input_audio_tokens": audio,
    }
    reported = draw(st.sets(st.sampled_from(sorted(parts))))
    if reported & {"cache_write_1h_tokens", "cache_write_5m_tokens"}:
        reported.add("cache_write_tokens")
    return whole | {key: parts[key] for key in reported}


def rounded_micro(usd: Decimal) -> int:
    return int((usd * 1_000_000).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(MODELS),
    usages(),
    st.integers(1_600_000_000, 1_900_000_000),
    st.sampled_from([None, "default", "flex", "priority"]),
)
def test_a_price_is_exactly_that_of_the_table(
    model: tuple[str, str], usage: dict[str, int], second: int, tier: str | None
) -> None:
    """For any model, usage, time and service tier: float and micro-USD equal genai-prices' exact decimal."""
    provider, name = model
    span = call(usage, provider, name, start_ns=second * 1_000_000_000)
    if tier:
        span.attributes["openai.response.service_tier"] = tier
    PRICE(span)
    try:
        expected = calc_price(
            Usage(**usage),
            name,
            provider_id=provider,
            genai_request_timestamp=EPOCH + timedelta(seconds=second),
            price_context={"service_tier": tier} if tier else None,
        )
    except ValueError:
        assert USD not in span.attributes
        assert UNKNOWN not in span.attributes
        return
    except LookupError:
        assert span.attributes[UNKNOWN] == name
        return
    if UNKNOWN in span.attributes:
        assert expected.input_price == 0 or expected.output_price == 0
        assert USD not in span.attributes
        return
    assert span.attributes[USD] == float(expected.total_price)
    assert span.attributes["spanwright.cost.micro_usd"] == rounded_micro(expected.total_price)
    assert span.attributes["spanwright.cost.output.usd"] == float(expected.output_price)
    assert span.attributes["spanwright.cost.source"] == "genai-prices"


#: One step for all examples, so that cached models and periods are what is tested.
PRICE = Price()


@given(usages())
def test_parts_add_up_to_the_cost(usage: dict[str, int]) -> None:
    """Uncached input, output, cache reads and cache writes are the whole cost of a call, each token once."""
    span = call(usage, "anthropic", "claude-sonnet-4-5")
    PRICE(span)
    if USD not in span.attributes:
        return
    parts = [span.attributes.get(f"spanwright.cost.{part}.usd", 0.0) for part in PARTS]
    assert sum(parts) == pytest.approx(span.attributes[USD], rel=1e-12)


PARTS = ("input", "output", "cache_read", "cache_write", "other")


def test_cached_input_is_priced_once_and_apart() -> None:
    """Input tokens are the total: cached ones leave it for the cache's own price."""
    span = call({"input_tokens": 1_000_000, "cache_read_tokens": 400_000, "output_tokens": 0})
    PRICE(span)
    assert span.attributes["spanwright.cost.input.usd"] == 1.5
    assert span.attributes["spanwright.cost.cache_read.usd"] == 0.5
    assert span.attributes[USD] == 2.0


def test_reasoning_is_part_of_the_output() -> None:
    """Reasoning tokens are not added a second time."""
    plain, reasoned = ({"input_tokens": 10, "output_tokens": 500} for _ in range(2))
    reasoned["output_reasoning_tokens"] = 400
    spans = [call(usage, "openai", "o3") for usage in (plain, reasoned)]
    for span in spans:
        PRICE(span)
    assert spans[0].attributes[USD] == spans[1].attributes[USD]


def test_only_the_split_of_cache_writes_is_enough() -> None:
    """Where only the 5-minute and 1-hour writes are reported, their sum is the total of cache writes."""
    split = {"cache_write_5m_tokens": 1000, "cache_write_1h_tokens": 2000}
    spans = [
        call({"input_tokens": 4000, "output_tokens": 5, **split, **total}, "anthropic", "claude-sonnet-4-5")
        for total in ({}, {"cache_write_tokens": 3000})
    ]
    for span in spans:
        PRICE(span)
    assert spans[0].attributes[USD] == spans[1].attributes[USD]
    cost = spans[0].attributes["spanwright.cost.cache_write.usd"]
    assert cost == pytest.approx((1000 * 3.75 + 2000 * 6) / 1e6)


def test_an_unknown_model_has_a_marker_and_no_cost() -> None:
    """A model without a price is named, never priced 0, and counted."""
    step = Price()
    span = call({"input_tokens": 5, "output_tokens": 5}, "openai", "my-fine-tune")
    step(span)
    assert span.attributes[UNKNOWN] == "my-fine-tune"
    assert not any(key.startswith("spanwright.cost.") and key != UNKNOWN for key in span.attributes)
    assert step.unknown_models == 1


def test_a_listed_model_without_a_rate_is_unknown_unless_it_is_free() -> None:
    """A table entry that prices no tokens says nothing about them; only a `:free` model costs 0."""
    usage = {"input_tokens": 5, "output_tokens": 5}
    unlisted, free = call(usage, "cerebras", "qwen-3-coder-480b"), call(usage, "azure", "mai-ds-r1:free")
    PRICE(unlisted)
    PRICE(free)
    assert unlisted.attributes[UNKNOWN] == "qwen-3-coder-480b"
    assert free.attributes[USD] == 0.0


def test_the_answering_model_is_priced_else_the_one_asked_for() -> None:
    """`gen_ai.response.model` decides; the requested model stands in where the table does not know it."""
    answered = call({"input_tokens": 1_000_000, "output_tokens": 0}, model="gpt-4o-mini")
    answered.attributes["gen_ai.request.model"] = "gpt-4o"
    renamed = call({"input_tokens": 1_000_000, "output_tokens": 0}, model="a name nobody knows")
    renamed.attributes["gen_ai.request.model"] = "gpt-4o"
    PRICE(answered)
    PRICE(renamed)
    assert answered.attributes[USD] == 0.15
    assert renamed.attributes[USD] == 2.5


def test_without_usage_nothing_is_written() -> None:
    """A call that reported no tokens has no cost and no marker."""
    span = call({})
    before = dict(span.attributes)
    PRICE(span)
    assert span.attributes == before


@pytest.mark.parametrize("operation", ["invoke_agent", "invoke_workflow", "execute_tool", "retrieval", None])
def test_only_calls_are_priced(operation: str | None) -> None:
    """Agent and workflow spans repeat the usage of the calls below them and are not priced."""
    span = call({"input_tokens": 5, "output_tokens": 5})
    span.attributes["gen_ai.operation.name"] = operation
    PRICE(span)
    assert USD not in span.attributes


def test_embeddings_are_priced_by_their_input() -> None:
    """An embeddings call has no output and needs no output price."""
    span = call({"input_tokens": 1_000_000}, model="text-embedding-3-small")
    span.attributes["gen_ai.operation.name"] = "embeddings"
    PRICE(span)
    assert span.attributes[USD] == 0.02
    assert span.attributes["spanwright.cost.micro_usd"] == 20_000


def test_a_priced_span_is_left_alone() -> None:
    """A second pass, or a price that is already there, changes nothing."""
    span = call({"input_tokens": 5, "output_tokens": 5})
    PRICE(span)
    once = dict(span.attributes)
    PRICE(span)
    assert span.attributes == once
    ours = call({"input_tokens": 5, "output_tokens": 5})
    ours.attributes[USD] = 42.0
    PRICE(ours)
    assert ours.attributes[USD] == 42.0
    assert "spanwright.cost.micro_usd" not in ours.attributes


@pytest.mark.parametrize(
    "usage",
    [
        {"input_tokens": 10, "cache_read_tokens": 11},
        {"input_tokens": -1},
        {"input_tokens": "10"},
        {"input_tokens": 1.5},
        {"input_tokens": True},
        {"output_tokens": 5, "cache_read_tokens": 3},
    ],
)
def test_contradicting_counts_are_not_priced(usage: dict[str, Any]) -> None:
    """Counts of which no price can be right give neither a cost nor a marker, and are counted."""
    step = Price()
    span = call(usage)
    step(span)
    assert not any(key.startswith("spanwright.cost.") for key in span.attributes)
    assert step.invalid_usages == 1


def test_attributes_of_odd_types_are_survived() -> None:
    """A model or provider that is no text leaves the call unpriced and raises nothing."""
    span = call({"input_tokens": 5})
    span.attributes |= {"gen_ai.response.model": 7, "gen_ai.provider.name": True}
    PRICE(span)
    assert span.attributes[UNKNOWN] == "unknown"
    nested = call({"input_tokens": 5})
    nested.attributes["gen_ai.response.model"] = ["gpt-4o"]
    PRICE(nested)
    assert nested.attributes[UNKNOWN] == "unknown"


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("gcp.gemini", "gemini-2.5-pro"),
        ("gcp.vertex_ai", "claude-sonnet-4-5"),
        ("aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("aws.bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0"),
        ("azure.ai.openai", "gpt-4o-2024-08-06"),
        ("x_ai", "grok-3"),
        ("mistral_ai", "mistral-large-latest"),
        ("moonshot_ai", "kimi-k2-0711-preview"),
        ("deepseek", "deepseek-chat"),
        ("groq", "llama-3.3-70b-versatile"),
        ("perplexity", "sonar"),
        ("cohere", "command-r"),
        (None, "gpt-4o"),
    ],
)
def test_models_are_found_under_the_conventions_provider_names(provider: str | None, model: str) -> None:
    """Every provider of the conventions that sells a listed model is priced by its own list."""
    span = call({"input_tokens": 1000, "output_tokens": 1000}, provider, model)
    PRICE(span)
    assert span.attributes[USD] > 0


def test_an_unknown_provider_is_not_guessed() -> None:
    """A model that somebody hosts themselves is not priced like the public one of that name."""
    span = call({"input_tokens": 5}, "vllm", "gpt-4o")
    PRICE(span)
    assert span.attributes[UNKNOWN] == "gpt-4o"


def test_overrides_win_and_name_their_file(tmp_path: Path) -> None:
    """An entry prices the models it matches at its provider, the first one first; others keep theirs."""
    path = tmp_path / "prices.yaml"
    path.write_text(
        "- {model: prod-*, provider: az.ai.openai, input: 1.1, output: 4.4, cache_read: 0.1}\n"
        "- {model: PROD-*, input: 9}\n"
    )
    step = Price(PriceSettings(overrides=str(path)))
    usage = {"input_tokens": 1_000_000, "cache_read_tokens": 500_000, "output_tokens": 1_000_000}
    ours = call(usage, "azure.ai.openai", "gpt-4o-2024-08-06")
    ours.attributes["gen_ai.request.model"] = "Prod-eu"
    other = call({"input_tokens": 1_000_000}, "openai", "prod-eu")
    table = call({"input_tokens": 1_000_000}, "openai", "gpt-4o")
    for span in (ours, other, table):
        step(span)
    assert ours.attributes[USD] == 0.55 + 0.05 + 4.4
    assert ours.attributes["spanwright.cost.source"] == "prices.yaml"
    assert len(ours.attributes["spanwright.cost.source_version"]) == 12
    assert other.attributes[USD] == 9.0
    assert table.attributes[USD] == 2.5


def test_the_second_emission_is_opt_in() -> None:
    """`gen_ai.usage.cost` repeats the cost only where the setting asks for it."""
    spans = [call({"input_tokens": 1000}) for _ in range(2)]
    PRICE(spans[0])
    Price(PriceSettings(emit_gen_ai_usage_cost=True))(spans[1])
    assert "gen_ai.usage.cost" not in spans[0].attributes
    assert spans[1].attributes["gen_ai.usage.cost"] == spans[1].attributes[USD]


@pytest.mark.parametrize(
    ("provider", "model", "name", "value", "context"),
    [
        ("anthropic", "claude-opus-5", "spanwright.response.speed", "fast", {"speed": "fast"}),
        (
            "openai",
            "gpt-5",
            "spanwright.response.service_tier",
            "flex",
            {"service_tier": "flex"},
        ),
    ],
)
def test_tiers_of_other_providers(
    provider: str, model: str, name: str, value: str, context: dict[str, str]
) -> None:
    """Speed and service tier have their prices, under the names that are not OpenAI's too."""
    usage, second = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}, 1_795_000_000
    plain, apart = (call(usage, provider, model, start_ns=second * 1_000_000_000) for _ in range(2))
    apart.attributes[name] = value
    PRICE(plain)
    PRICE(apart)
    when = EPOCH + timedelta(seconds=second)
    exact = calc_price(
        Usage(**usage),
        model,
        provider_id=provider,
        genai_request_timestamp=when,
        price_context=context,
    ).total_price
    assert apart.attributes[USD] == pytest.approx(float(exact))
    assert apart.attributes[USD] != plain.attributes[USD]


def test_resolved_models_are_bounded() -> None:
    """However many model names spans carry, a bounded number of look-ups is kept."""
    step = Price()
    for number in range(5000):
        step(call({"input_tokens": 1}, model=f"nobody-{number}"))
    assert len(step._book._resolved) <= 4096


@pytest.mark.parametrize("micro", list(itertools.product([0.5, 1.5, 2.5], [1, 3])))
def test_micro_dollars_round_half_to_even(micro: tuple[float, int], tmp_path: Path) -> None:
    """Half a micro-dollar goes to the even neighbour, as Decimal rounds."""
    rate, tokens = micro
    path = tmp_path / "p.yaml"
    path.write_text(f"- {{model: m, input: {rate}}}\n")
    span = call({"input_tokens": tokens}, "openai", "m")
    Price(PriceSettings(overrides=str(path)))(span)
    exact = Decimal(str(rate)) * tokens / 1_000_000
    assert span.attributes["spanwright.cost.micro_usd"] == rounded_micro(exact)
