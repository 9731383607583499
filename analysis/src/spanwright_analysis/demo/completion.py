"""Chat completions in the provider's wire format: one answer, whole or as stream chunks, with its token
counts.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from .answers import Reply, message_text, reply

#: The provider caches prompts of 1,024 tokens and more, in steps of 128.
CACHE_MINIMUM, CACHE_STEP = 1024, 128

#: The dated model that answers for an alias.
_DATED = {"gpt-4.1-mini": "gpt-4.1-mini-2025-04-14", "gpt-4o-mini": "gpt-4o-mini-2024-07-18"}
_PIECE = re.compile(r"\s*(?:\w{1,7}|[^\w\s]+)")


def pieces(text: str) -> list[str]:
    """The text cut into pieces about as long as the provider's tokens."""
    return _PIECE.findall(text)


def count_tokens(text: str) -> int:
    return len(pieces(text))


class PromptCache:
    """How much of a prompt the provider has seen before: the longest common beginning with a recent one."""

    def __init__(self, prompts: int = 32) -> None:
        self._seen: deque[list[str]] = deque(maxlen=prompts)
        self._lock = Lock()

    def read(self, prompt: list[str]) -> int:
        """Cached tokens of this prompt, 0 when it shares less than 1,024; remembers the prompt."""
        with self._lock:
            shared = max((_common_length(prompt, seen) for seen in self._seen), default=0)
            self._seen.append(prompt)
        return shared // CACHE_STEP * CACHE_STEP if shared >= CACHE_MINIMUM else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One chat completion. Its id and the tool call's id are the same in every run of the same requests."""

    id: str
    model: str
    created: int
    reply: Reply
    input_tokens: int
    cached_tokens: int

    @property
    def output_tokens(self) -> int:
        return count_tokens(self.reply.text or f"{self.reply.tool} {self.reply.arguments}")

    @property
    def finish_reason(self) -> str:
        return "tool_calls" if self.reply.tool else "stop"

    def body(self) -> dict[str, Any]:
        """The JSON body of a plain response."""
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
        if self.reply.tool:
            message["tool_calls"] = [self._tool_call(self.reply.arguments)]
        else:
            message["content"] = self.reply.text
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish_reason}
        return self._envelope("chat.completion") | {"choices": [choice], "usage": self._usage()}

    def chunks(self, include_usage: bool) -> Iterator[dict[str, Any]]:
        """The bodies of a streamed response: the role, the pieces, the finish reason, then the usage if asked
        for.
        """
        yield self._chunk({"role": "assistant", "content": "" if self.reply.text else None, "refusal": None})
        if self.reply.tool:
            yield self._chunk({"tool_calls": [{"index": 0, **self._tool_call("")}]})
            for piece in pieces(self.reply.arguments):
                yield self._chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        for piece in pieces(self.reply.text):
            yield self._chunk({"content": piece})
        yield self._chunk({}, self.finish_reason)
        if include_usage:
            yield self._envelope("chat.completion.chunk") | {"choices": [], "usage": self._usage()}

    def _chunk(self, delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._envelope("chat.completion.chunk") | {"choices": [choice], "usage": None}

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": "fp_6f2eabb9a5",
        }

    def _tool_call(self, arguments: str) -> dict[str, Any]:
        function = {"name": self.reply.tool, "arguments": arguments}
        return {"id": f"call_{self.id[-24:]}", "type": "function", "function": function}

    def _usage(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": self.output_tokens,
            "total_tokens": self.input_tokens + self.output_tokens,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def answer(request: Mapping[str, Any], cache: PromptCache, number: int) -> Answer:
    """The answer to the body of a chat request, the ``number``-th that the server got."""
    messages, tools = request["messages"], request.get("tools") or []
    prompt = pieces(json.dumps(tools)) if tools else []
    for message in messages:
        prompt += ["<message>", str(message.get("role")), *pieces(message_text(message))]
        prompt += pieces(json.dumps(message["tool_calls"])) if message.get("tool_calls") else []
    digest = hashlib.sha256(f"{number}{prompt}".encode()).hexdigest()
    return Answer(
        id=f"chatcmpl-{digest[:29]}",
        model=_DATED.get(request["model"], request["model"]),
        created=int(time.time()),
        reply=reply(messages, tools),
        input_tokens=len(prompt),
        cached_tokens=cache.read(prompt),
    )


def _common_length(one: list[str], other: list[str]) -> int:
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
