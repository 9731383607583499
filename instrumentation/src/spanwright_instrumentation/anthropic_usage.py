"""What the Messages format says of tokens: Anthropic's, also where others serve its models."""

from __future__ import annotations

from typing import Any

from spanwright_semconv import attributes

from .translation import fields, get, listed


def read_usage(into: dict[str, Any], usage: Any) -> None:
    """Tokens as reported. ``input_tokens`` of the format leaves the cached ones out, the attribute does not.

    https://docs.claude.com/en/docs/build-with-claude/prompt-caching#tracking-cache-performance
    """
    told = fields(usage)
    sent = told.get("input_tokens")
    if sent is None:
        return
    read = told.get("cache_read_input_tokens")
    written = told.get("cache_creation_input_tokens")
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = sent + (read or 0) + (written or 0)
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = told.get("output_tokens")
    into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = read
    into[attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS] = written
    split = told.get("cache_creation")
    if split is not None:
        written_for = fields(split)
        into[attributes.SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS] = written_for.get(
            "ephemeral_5m_input_tokens"
        )
        into[attributes.SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS] = written_for.get(
            "ephemeral_1h_input_tokens"
        )
    into[attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = get(
        told.get("output_tokens_details"), "thinking_tokens"
    )
    searches = get(told.get("server_tool_use"), "web_search_requests")
    into[attributes.SPANWRIGHT_USAGE_WEB_SEARCHES] = searches or None
    into[attributes.SPANWRIGHT_RESPONSE_SERVICE_TIER] = told.get("service_tier")
    into[attributes.SPANWRIGHT_RESPONSE_SPEED] = told.get("speed")
    for iteration in listed(told.get("iterations")):
        if get(iteration, "type") == "compaction":
            _add_compaction(into, iteration)


def _add_compaction(into: dict[str, Any], usage: Any) -> None:
    """Tokens of compacting the conversation are billed, and not in the totals of the answer."""
    counted: dict[str, Any] = {}
    read_usage(counted, usage)
    for name, tokens in counted.items():
        if isinstance(tokens, int):
            into[name] = (into.get(name) or 0) + tokens
