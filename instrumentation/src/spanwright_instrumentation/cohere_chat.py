"""Cohere's chat formats: the second, near to that of chat completions, and the first.

Requests of the second are read by :mod:`.chat_completions`, those of the first by :mod:`.text_bodies`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason

from .chat_completions import output_message
from .text_bodies import TextStream
from .translation import Response, get, listed

#: Reasons of either format as those of ``spanwright.finish_reason``.
_SAME_REASON = {
    "COMPLETE": FinishReason.STOP.value,
    "STOP_SEQUENCE": FinishReason.STOP.value,
    "MAX_TOKENS": FinishReason.LENGTH.value,
    "ERROR_LIMIT": FinishReason.LENGTH.value,
    "TOOL_CALL": FinishReason.TOOL_CALLS.value,
    "ERROR_TOXIC": FinishReason.CONTENT_FILTER.value,
    "ERROR": FinishReason.ERROR.value,
    "TIMEOUT": FinishReason.ERROR.value,
}

#: Of these reasons no exception tells.
_FAILURES = ("ERROR", "TIMEOUT")

_ToolCall = tuple[str | None, str, str | None]


def read_usage(into: dict[str, Any], usage: Any) -> None:
    """Tokens as billed, which the conventions ask for where a provider tells others too; else those used.

    :param usage: ``usage`` of the second format, ``meta`` of the first.
    """
    counts = get(usage, "billed_units") or get(usage, "tokens")
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = _whole(get(counts, "input_tokens"))
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = _whole(get(counts, "output_tokens"))
    into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = _whole(get(usage, "cached_tokens"))


def _whole(count: Any) -> int | None:
    """A count, which comes as a float."""
    return int(count) if isinstance(count, (int, float)) else None


def _describe_reason(response: Response, reason: str | None) -> None:
    if reason is None:
        return
    response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [reason]
    response.attributes[attributes.SPANWRIGHT_FINISH_REASON] = _SAME_REASON.get(reason, reason)
    if reason in _FAILURES:
        response.error_type = reason


def read_answer(_arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    """An answer of the second format."""
    response = Response({attributes.GEN_AI_RESPONSE_ID: answer.id})
    read_usage(response.attributes, answer.usage)
    _describe_reason(response, answer.finish_reason)
    said, response.tool_calls = output_message(answer.message, answer.finish_reason)
    if captures_content:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [said]
    return response


def read_first_answer(_arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    """An answer of the first format."""
    stream = TextStream(captures_content)
    stream.observe(answer)
    response = stream.response(broken=False)
    read_usage(response.attributes, answer.meta)
    return response


class ChatStream:
    """A streamed answer of the second format so far."""

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._id: str | None = None
        self._usage: Any = None
        self._reason: str | None = None
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        #: By the call's index: id, name, pieces of the arguments.
        self._calls: dict[int | None, tuple[str | None, str, list[str]]] = {}
        self._takes: dict[str, Callable[[Any], bool]] = {
            "message-start": self._start,
            "content-start": self._content,
            "content-delta": self._content,
            "tool-plan-delta": self._plan,
            "tool-call-start": self._call,
            "tool-call-delta": self._arguments,
            "message-end": self._end,
        }

    def observe(self, event: Any) -> bool:
        take = self._takes.get(event.type)
        return take is not None and take(event)

    def _start(self, event: Any) -> bool:
        self._id = event.id
        return False

    def _content(self, event: Any) -> bool:
        content = get(get(event.delta, "message"), "content")
        text, thought = get(content, "text"), get(content, "thinking")
        if self._captures_content:
            self._texts += [text] if text else []
            self._thoughts += [thought] if thought else []
        return bool(text or thought)

    def _plan(self, event: Any) -> bool:
        plan = get(get(event.delta, "message"), "tool_plan")
        if plan and self._captures_content:
            self._thoughts.append(plan)
        return bool(plan)

    def _call(self, event: Any) -> bool:
        call = get(get(event.delta, "message"), "tool_calls")
        function = get(call, "function")
        arguments = get(function, "arguments")
        started = (get(call, "id"), str(get(function, "name")), [arguments] if arguments else [])
        self._calls[event.index] = started
        return True

    def _arguments(self, event: Any) -> bool:
        piece = get(get(get(get(event.delta, "message"), "tool_calls"), "function"), "arguments")
        if piece and event.index in self._calls:
            self._calls[event.index][2].append(piece)
        return bool(piece)

    def _end(self, event: Any) -> bool:
        self._reason, self._usage = get(event.delta, "finish_reason"), get(event.delta, "usage")
        return False

    def response(self, *, broken: bool) -> Response:
        response = Response({attributes.GEN_AI_RESPONSE_ID: self._id})
        read_usage(response.attributes, self._usage)
        reason = self._reason or (FinishReason.ERROR.value if broken else None)
        _describe_reason(response, reason)
        response.tool_calls = [
            (call_id, name, "".join(pieces)) for call_id, name, pieces in self._calls.values()
        ]
        if self._captures_content and self._id is not None:
            response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [self._said(response.tool_calls, reason)]
        return response

    def _said(self, calls: list[_ToolCall], reason: str | None) -> messages.Message:
        parts: list[messages.Part] = []
        if self._thoughts:
            parts.append(messages.reasoning("".join(self._thoughts)))
        if self._texts:
            parts.append(messages.text("".join(self._texts)))
        parts += [messages.tool_call(name, arguments, call_id) for call_id, name, arguments in calls]
        return messages.message("assistant", parts, finish_reason=reason)


class FirstChatStream(TextStream):
    """A streamed answer of the first format so far."""

    _meta: Any = None
    _has_calls = False

    def observe(self, event: Any) -> bool:
        kind = event.event_type
        if kind == "stream-end":
            return self._end(event)
        if kind == "tool-calls-generation":
            self._has_calls = True
            return super().observe({"tool_calls": listed(event.tool_calls)})
        return kind in ("stream-start", "text-generation") and super().observe(event)

    def _end(self, event: Any) -> bool:
        """The last event repeats the whole answer."""
        answer = event.response
        self._meta = answer.meta
        calls = () if self._has_calls else listed(get(answer, "tool_calls"))
        return super().observe(
            {
                "finish_reason": event.finish_reason,
                "response_id": get(answer, "response_id"),
                "tool_calls": calls,
            }
        )

    def response(self, *, broken: bool) -> Response:
        response = super().response(broken=broken)
        read_usage(response.attributes, self._meta)
        return response
