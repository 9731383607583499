"""A streamed answer in the Converse format is put together from its events."""

from __future__ import annotations

from typing import Any

from spanwright_instrumentation.converse_stream import ConverseStream


def delta(index: int, **value: Any) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": value}}


def start(index: int, **value: Any) -> dict[str, Any]:
    return {"contentBlockStart": {"contentBlockIndex": index, "start": value}}


CALL = {"toolUseId": "t1", "name": "search"}
EVENTS = [
    {"messageStart": {"role": "assistant"}},
    delta(0, reasoningContent={"text": "Think "}),
    delta(0, reasoningContent={"text": "hard."}),
    delta(0, reasoningContent={"signature": "c2ln"}),
    delta(1, text="Look"),
    start(2, toolUse=CALL),
    delta(2, toolUse={"input": '{"q":'}),
    delta(2, toolUse={"input": '"x"}'}),
    {"messageStop": {"stopReason": "tool_use"}},
    {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 4, "totalTokens": 7}}},
]


def test_blocks() -> None:
    """Reasoning, text and calls are parts in their order; calls keep the arguments as generated."""
    stream = ConverseStream(True)
    assert [stream.observe(event) for event in EVENTS[:6]] == [False, True, True, False, True, True]
    for event in EVENTS[6:]:
        stream.observe(event)
    response = stream.response(broken=False)
    assert response.content["gen_ai.output.messages"][0]["parts"] == [
        {"type": "reasoning", "content": "Think hard."},
        {"type": "text", "content": "Look"},
        {"type": "tool_call", "name": "search", "arguments": {"q": "x"}, "id": "t1"},
    ]
    assert response.tool_calls == [("t1", "search", '{"q":"x"}')]
    assert response.attributes["gen_ai.usage.output_tokens"] == 4


def test_without_content() -> None:
    """Where content is not captured, only the calls' arguments are kept, for the tools."""
    stream = ConverseStream(False)
    for event in EVENTS:
        stream.observe(event)
    response = stream.response(broken=False)
    assert response.content == {}
    assert response.tool_calls == [("t1", "search", '{"q":"x"}')]


def test_broken_off() -> None:
    """Arguments that broke off stay text, and the reason is the error."""
    stream = ConverseStream(True)
    for event in EVENTS[5:7]:
        stream.observe(event)
    response = stream.response(broken=True)
    (said,) = response.content["gen_ai.output.messages"]
    assert said["parts"][0]["arguments"] == '{"q":'
    assert said["finish_reason"] == "error"
