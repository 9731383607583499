"""A streamed answer in Amazon Bedrock's Converse format."""

from __future__ import annotations

import json
from typing import Any

from spanwright_semconv.enums import FinishReason

from .converse import response_of
from .translation import Response, get


class _Block:
    """One content block so far. Only calls of tools, their results and images are announced."""

    __slots__ = ("kind", "pieces", "start")

    def __init__(self, kind: str, start: Any) -> None:
        self.kind = kind
        self.start = start
        self.pieces: list[str] = []

    def whole(self) -> dict[str, Any]:
        """The block as a plain answer has it."""
        text = "".join(self.pieces)
        if self.kind == "toolUse":
            return {"toolUse": {**self.start, "input": _parsed(text)}}
        if self.kind == "reasoningContent":
            return {"reasoningContent": {"reasoningText": {"text": text}} if text else {}}
        return {"text": text} if self.kind == "text" else {self.kind: self.start}

    def call(self) -> tuple[str | None, str, str | None]:
        """Id, name and the arguments exactly as generated."""
        return get(self.start, "toolUseId"), str(get(self.start, "name")), "".join(self.pieces) or "{}"


def _parsed(text: str) -> Any:
    """Arguments as an object; what broke off stays text."""
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


class ConverseStream:
    """A streamed answer so far."""

    __slots__ = ("_blocks", "_captures_content", "_metadata", "_reason")

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._blocks: dict[int, _Block] = {}
        self._reason: str | None = None
        self._metadata: Any = None

    def observe(self, event: dict[str, Any]) -> bool:
        added = event.get("contentBlockDelta")
        if added is not None:
            index, delta = added.get("contentBlockIndex", 0), added["delta"]
            text, block = delta.get("text"), self._blocks.get(index)
            # Nearly every event is one more piece of a text.
            if text and block is not None:
                if self._captures_content:
                    block.pieces.append(text)
                return True
            return self._observe_delta(index, delta)
        begun = event.get("contentBlockStart")
        if begun is not None:
            for kind, start in begun["start"].items():
                self._blocks[begun.get("contentBlockIndex", 0)] = _Block(kind, start)
            return "toolUse" in begun["start"]
        ended = event.get("messageStop")
        if ended is not None:
            self._reason = ended.get("stopReason")
        elif "metadata" in event:
            self._metadata = event["metadata"]
        return False

    def _observe_delta(self, index: int, delta: dict[str, Any]) -> bool:
        kind, value = next(iter(delta.items()))
        text = value if kind == "text" else get(value, "input" if kind == "toolUse" else "text")
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = _Block(kind, value)
        if not isinstance(text, str):
            return False
        if self._captures_content or kind == "toolUse":
            block.pieces.append(text)
        return bool(text)

    def response(self, *, broken: bool) -> Response:
        blocks = [self._blocks[index] for index in sorted(self._blocks)]
        return response_of(
            self._metadata,
            self._reason or (FinishReason.ERROR.value if broken else None),
            [block.whole() for block in blocks] if self._captures_content and blocks else None,
            [
                block.call()
                for block in blocks
                if block.kind == "toolUse" and get(block.start, "type") != "server_tool_use"
            ],
        )
