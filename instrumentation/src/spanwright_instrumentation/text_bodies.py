"""Bodies of models that take a prompt and give text: Titan, Llama, Mistral, Cohere's Command, first Claudes.

They differ in their names only, so that one set of functions reads all of them, whichever model an
inference profile's ARN hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from .content import to_json
from .translation import Request, Response, get, listed

_PROMPTS = ("prompt", "inputText", "message")
_ANSWERS = ("results", "outputs", "generations", "choices")
_TEXTS = ("outputText", "generation", "text", "completion")
_REASONS = ("completionReason", "stop_reason", "finish_reason")
_INPUT_TOKENS = ("inputTextTokenCount", "prompt_token_count")
_OUTPUT_TOKENS = ("totalOutputTextTokenCount", "generation_token_count", "tokenCount")

#: Reasons of these models, as the four of ``spanwright.finish_reason``; the others are known everywhere.
_SAME_REASON = {
    "COMPLETE": FinishReason.STOP.value,
    "FINISH": FinishReason.STOP.value,
    "STOP_CRITERIA_MET": FinishReason.STOP.value,
    "STOP_SEQUENCE": FinishReason.STOP.value,
    "LENGTH": FinishReason.LENGTH.value,
    "MAX_TOKENS": FinishReason.LENGTH.value,
    "ERROR_LIMIT": FinishReason.LENGTH.value,
    "TOOL_CALL": FinishReason.TOOL_CALLS.value,
    "CONTENT_FILTERED": FinishReason.CONTENT_FILTER.value,
    "ERROR_TOXIC": FinishReason.CONTENT_FILTER.value,
    "ERROR": FinishReason.ERROR.value,
}
_ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}


def read_prompt(request: Request, body: Mapping[str, Any]) -> None:
    request.modality = TokenModality.TEXT.value
    system = body.get("preamble")
    if isinstance(system, str) and system:
        request.attributes[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256([system])


def read_content(body: Mapping[str, Any]) -> dict[str, Any]:
    sent = [
        messages.message(_role(each), [messages.text(str(get(each, "message")))])
        for each in listed(body.get("chat_history"))
    ]
    prompt, system = _first(body, _PROMPTS), body.get("preamble")
    if isinstance(prompt, str):
        sent.append(messages.message("user", [messages.text(prompt)]))
    tools = [
        messages.tool_definition(str(get(tool, "name")), description=get(tool, "description"))
        for tool in listed(body.get("tools"))
    ]
    return {
        attributes.GEN_AI_SYSTEM_INSTRUCTIONS: messages.system_instructions(system) if system else None,
        attributes.GEN_AI_INPUT_MESSAGES: sent or None,
        attributes.GEN_AI_TOOL_DEFINITIONS: tools or None,
    }


def _role(sent: Any) -> str:
    role = str(get(sent, "role"))
    return _ROLES.get(role, role)


def _first(value: Any, names: tuple[str, ...]) -> Any:
    """The first of these fields that there is."""
    return next((found for name in names if (found := get(value, name)) is not None), None)


def _answers(answer: Any) -> list[Any] | tuple[Any, ...]:
    """The generations in an answer or a chunk, which may be the only one itself."""
    return next((found for name in _ANSWERS if (found := listed(get(answer, name)))), [answer])


def read_response(_body: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    stream = TextStream(captures_content)
    stream.observe(answer)
    return stream.response(broken=False)


class _Generation:
    """One generation so far."""

    __slots__ = ("calls", "pieces", "reason")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.reason: str | None = None
        self.calls: list[Any] = []

    def message(self, reason: str | None) -> messages.Message:
        text = "".join(self.pieces)
        parts: list[messages.Part] = [messages.text(text)] if text else []
        parts += [messages.tool_call(str(get(call, "name")), get(call, "parameters")) for call in self.calls]
        return messages.message("assistant", parts, finish_reason=reason)


class TextStream:
    """A streamed answer so far; a plain one is like a stream of one chunk."""

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._generations: dict[int, _Generation] = {}
        self._usage: dict[str, int] = {}
        self._id: str | None = None

    def observe(self, chunk: Any) -> bool:
        self._id = _first(chunk, ("response_id", "generation_id", "id")) or self._id
        self._count(attributes.GEN_AI_USAGE_INPUT_TOKENS, _first(chunk, _INPUT_TOKENS))
        answers = _answers(chunk)
        counts = [count for each in answers if isinstance(count := _first(each, _OUTPUT_TOKENS), int)]
        self._count(attributes.GEN_AI_USAGE_OUTPUT_TOKENS, sum(counts) if counts else None)
        added = [self._add(at, each) for at, each in enumerate(answers)]
        return True in added

    def _count(self, name: str, tokens: Any) -> None:
        if isinstance(tokens, int):
            self._usage[name] = tokens

    def _add(self, position: int, answer: Any) -> bool:
        text, reason = _first(answer, _TEXTS), _first(answer, _REASONS)
        calls = listed(get(answer, "tool_calls"))
        has_text = isinstance(text, str) and bool(text)
        if not (has_text or reason or calls):
            return False
        at = get(answer, "index")
        generation = self._generations.setdefault(at if isinstance(at, int) else position, _Generation())
        if has_text and self._captures_content:
            generation.pieces.append(text)
        generation.reason = reason or generation.reason
        generation.calls += calls
        return has_text or bool(calls)

    def response(self, *, broken: bool) -> Response:
        generations = [self._generations[at] for at in sorted(self._generations)]
        missing = FinishReason.ERROR.value if broken else None
        reasons = [each.reason or missing for each in generations or ([_Generation()] if broken else [])]
        known = [reason for reason in reasons if reason]
        response = Response({**self._usage, attributes.GEN_AI_RESPONSE_ID: self._id})
        response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = known or None
        if known and known[0] in _SAME_REASON:
            response.attributes[attributes.SPANWRIGHT_FINISH_REASON] = _SAME_REASON[known[0]]
        response.tool_calls = [
            (None, str(get(call, "name")), to_json(get(call, "parameters")))
            for each in generations
            for call in each.calls
        ]
        if self._captures_content and generations:
            response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
                each.message(reason) for each, reason in zip(generations, reasons, strict=True)
            ]
        return response
