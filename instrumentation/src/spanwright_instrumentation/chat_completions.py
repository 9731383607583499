"""The chat-completions format: OpenAI's, and that of every provider and SDK which took it over.

Read from dicts as applications write them, from SDK models, and from :class:`~.translation.Fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from .content import are_texts, to_json, unread
from .media import addressed, image, inline
from .translation import Request, Response, fields, get, listed

_TEXT = TokenModality.TEXT.value
_SYSTEM_ROLES = ("system", "developer")


def read_prompt(request: Request, sent: Iterable[Any], instructions: Any = None) -> None:
    """The hash of the system prompt, and whether anything but text is sent.

    :param instructions: system text given apart from the messages.
    """
    system = [instructions] if isinstance(instructions, str) else []
    only_text = True
    if are_texts(sent):
        told = (each["content"] for each in sent if each.get("role") in _SYSTEM_ROLES)
        system += [text for text in told if text is not None]
        sent = ()
    for message in map(fields, sent):
        content = message.get("content")
        is_system = message.get("role") in _SYSTEM_ROLES
        if isinstance(content, str):
            if is_system:
                system.append(content)
        elif content is not None:
            parts = listed(content)
            texts = [text for part in parts if isinstance(text := get(part, "text"), str)]
            only_text = only_text and len(texts) == len(parts)
            if is_system:
                system += texts
    if system:
        request.attributes[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256(system)
    if only_text:
        request.modality = _TEXT


def read_chat_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {
        attributes.GEN_AI_INPUT_MESSAGES: _messages(listed(arguments.get("messages"))) or None
    }
    tools = listed(arguments.get("tools"))
    if tools:
        content[attributes.GEN_AI_TOOL_DEFINITIONS] = _tool_definitions(tools)
    return content


def keep_chat_content(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What ``read_chat_content`` gives, of messages of text, understood when it is read."""
    sent = arguments.get("messages")
    if not are_texts(sent):
        return None
    return unread(
        {
            attributes.GEN_AI_INPUT_MESSAGES: (sent, _messages),
            attributes.GEN_AI_TOOL_DEFINITIONS: (arguments.get("tools"), _tool_definitions),
        }
    )


def _messages(sent: Iterable[Any]) -> list[messages.Message]:
    return [_message(each) for each in sent]


def _tool_definitions(tools: Iterable[Any]) -> list[messages.ToolDefinition]:
    return [_tool_definition(tool) for tool in tools]


def _message(sent: Any) -> messages.Message:
    said = fields(sent)
    role, content = str(said.get("role")), said.get("content")
    if role == "tool":
        return messages.message(role, [messages.tool_call_response(content, said.get("tool_call_id"))])
    if len(said) == 2 and isinstance(content, str):
        return messages.message(role, [messages.text(content)])
    parts: list[messages.Part] = _said(_reasoning(said), content, said.get("refusal"))
    parts += [
        messages.tool_call(name, arguments, call_id)
        for call_id, name, arguments in map(_tool_call, said.get("tool_calls") or ())
    ]
    name = said.get("name")
    return messages.message(role, parts, name if isinstance(name, str) else None)


def _reasoning(said: Any) -> Any:
    """Reasoning beside the content, by its names (DeepSeek's, OpenRouter's, Cohere's for tools)."""
    return get(said, "reasoning_content") or get(said, "reasoning") or get(said, "tool_plan")


def _said(reasoning: Any, content: Any, refusal: Any) -> list[messages.Part]:
    """The parts of what one side said, apart from calls of tools."""
    parts: list[messages.Part] = (
        [messages.reasoning(reasoning)] if isinstance(reasoning, str) and reasoning else []
    )
    if isinstance(content, str):
        parts.append(messages.text(content))
    else:
        parts += [_part(part) for part in listed(content)]
    if isinstance(refusal, str) and refusal:
        parts.append(messages.generic("refusal", content=refusal))
    return parts


def _part(part: Any) -> messages.Part:
    kind = str(get(part, "type"))
    if kind == "text":
        return messages.text(str(get(part, "text")))
    if kind == "thinking":
        return messages.reasoning(_thought(get(part, kind)))
    if kind == "refusal":
        return messages.generic(kind, content=get(part, kind))
    media = get(part, kind)
    if kind == "image_url":
        return image(media if isinstance(media, str) else str(get(media, "url")))
    if kind == "document_url":
        return addressed("document", str(media))
    if kind == "input_audio":
        if isinstance(media, str):  # Mistral's: an address, or the audio itself
            is_address = media.startswith(("https:", "http:", "data:"))
            return addressed("audio", media) if is_address else inline("audio", None, len(media))
        return inline("audio", f"audio/{get(media, 'format')}", len(get(media, "data") or ""))
    if kind == "file":
        file_id = get(media, "file_id") or get(part, "file_id")
        if file_id:
            return messages.file("document", file_id)
        return inline("document", None, len(get(media, "file_data") or ""))
    return messages.generic(kind)


def _thought(thought: Any) -> str:
    """The text of a thought, which is one or has it in parts (Mistral's)."""
    if isinstance(thought, str):
        return thought
    return "".join(text for part in listed(thought) if isinstance(text := get(part, "text"), str))


def _tool_call(call: Any) -> tuple[str | None, str, str | None]:
    """Call id, tool name and the arguments exactly as generated (a custom tool's input is free text)."""
    function = get(call, "function") or get(call, "custom")
    arguments = get(function, "arguments")
    if arguments is None:
        arguments = get(function, "input")
    elif not isinstance(arguments, str):
        arguments = to_json(arguments)
    return get(call, "id"), str(get(function, "name")), arguments


def _tool_definition(tool: Any) -> messages.ToolDefinition:
    kind = str(get(tool, "type"))
    function = get(tool, kind)
    return messages.tool_definition(
        str(get(function, "name")), kind, get(function, "description"), get(function, "parameters")
    )


def read_chat_response(_arguments: Mapping[str, Any], completion: Any, captures_content: bool) -> Response:
    told = fields(completion)
    response = Response(_answered(told))
    _read_usage(response.attributes, told.get("usage"))
    reasons, spoken = [], []
    for choice in map(fields, told.get("choices") or ()):
        said, reason = fields(choice.get("message")), choice.get("finish_reason")
        calls = said.get("tool_calls")
        if reason:
            reasons.append(reason)
        if calls:
            response.tool_calls += map(_tool_call, calls)
        if captures_content:
            spoken.append(_finished(said, reason))
    response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = reasons or None
    if captures_content:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = spoken
    return response


def output_message(
    said: Any, reason: str | None
) -> tuple[messages.Message, list[tuple[str | None, str, str | None]]]:
    """One message of an answer that has it in this format, and the tool calls in it."""
    return _finished(said, reason), [_tool_call(call) for call in get(said, "tool_calls") or ()]


def _finished(said: Any, reason: str | None) -> messages.Message:
    message = _message(said)
    if reason:
        message["finish_reason"] = reason
    return message


def _answered(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a completion and the chunks of one say of themselves."""
    return {
        attributes.GEN_AI_RESPONSE_ID: told.get("id"),
        attributes.GEN_AI_RESPONSE_MODEL: told.get("model"),
        attributes.OPENAI_RESPONSE_SERVICE_TIER: told.get("service_tier"),
        attributes.OPENAI_RESPONSE_SYSTEM_FINGERPRINT: told.get("system_fingerprint"),
    }


def _read_usage(into: dict[str, Any], usage: Any) -> None:
    """Tokens as reported; a provider that reports none leaves no attribute."""
    if usage is None:
        return
    told = fields(usage)
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = told.get("prompt_tokens")
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = told.get("completion_tokens")
    read, written = told.get("prompt_tokens_details"), told.get("completion_tokens_details")
    if read is not None:
        parts = fields(read)
        into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = parts.get("cached_tokens")
        into[attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS] = parts.get("cache_write_tokens")
        into[attributes.GEN_AI_USAGE_AUDIO_INPUT_TOKENS] = parts.get("audio_tokens") or None
    else:
        # DeepSeek's name for it.
        into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = told.get("prompt_cache_hit_tokens")
    if written is not None:
        parts = fields(written)
        into[attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = parts.get("reasoning_tokens")
        into[attributes.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS] = parts.get("audio_tokens") or None


class _Choice:
    """One choice of a streamed answer so far."""

    __slots__ = ("_open_calls", "finish_reason", "reasoning", "refusal", "text", "tool_calls")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.refusal: list[str] = []
        #: Id, name, pieces of the arguments.
        self.tool_calls: list[tuple[str | None, str, list[str]]] = []
        #: The one that is being told at each index.
        self._open_calls: dict[int | None, tuple[str | None, str, list[str]]] = {}
        self.finish_reason: str | None = None

    def add_tool_calls(self, deltas: Iterable[Any]) -> None:
        for delta in deltas:
            function, index, call_id = delta.function, get(delta, "index"), delta.id
            name = get(function, "name") or ""
            call = self._open_calls.get(index)
            # Some providers send whole calls and give each the index 0.
            if call is None or (name and call_id and call[0] and call_id != call[0]):
                call = self._open_calls[index] = (call_id, name, [])
                self.tool_calls.append(call)
            arguments = get(function, "arguments")
            if arguments:
                call[2].append(arguments if isinstance(arguments, str) else to_json(arguments))

    def add_parts(self, parts: Iterable[Any], add_text: Callable[[str], None]) -> None:
        """Content that comes as parts: text, and reasoning."""
        for part in parts:
            text, thought = get(part, "text"), get(part, "thinking")
            if isinstance(text, str):
                add_text(text)
            elif thought:
                self.reasoning.append(_thought(thought))

    def add_rarities(self, delta: Any) -> bool:
        """What few deltas hold: a refusal, or reasoning, which most SDKs' models do not know as a field."""
        reasoning = _reasoning(delta)
        refusal = get(delta, "refusal")
        if isinstance(reasoning, str):
            self.reasoning.append(reasoning)
        if refusal:
            self.refusal.append(refusal)
        return bool(reasoning or refusal)

    def calls(self) -> list[tuple[str | None, str, str | None]]:
        return [(call_id, name, "".join(pieces)) for call_id, name, pieces in self.tool_calls]

    def message(self, reason: str | None) -> messages.Message:
        parts = _said("".join(self.reasoning), "".join(self.text) or None, "".join(self.refusal))
        parts += [messages.tool_call(name, arguments, call_id) for call_id, name, arguments in self.calls()]
        return messages.message("assistant", parts, finish_reason=reason)


def _nothing(_text: str) -> None:
    """Text that is not captured goes nowhere."""


class ChatStream:
    """A streamed chat completion so far."""

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._answered: dict[str, Any] = {}
        self._usage: Any = None
        self._choices: dict[int, _Choice] = {}
        #: The choice spoken last, and what takes its text.
        self._text_index: int | None = None
        self._add_text: Callable[[str], None] = _nothing

    def observe(self, chunk: Any) -> bool:
        # Nearly every chunk is one more piece of the one choice's text, and it is to cost as little as can
        # be.
        choices = chunk.choices
        if choices and len(choices) == 1 and chunk.usage is None:
            part = choices[0]
            delta = part.delta
            if (
                part.index == self._text_index
                and delta is not None
                and type(content := delta.content) is str
                and content
                and part.finish_reason is None
                and not delta.tool_calls
                and not delta.__pydantic_extra__
            ):
                self._add_text(content)
                return True
        return self._observe_any(chunk)

    def _observe_any(self, chunk: Any) -> bool:
        if not self._answered.get(attributes.GEN_AI_RESPONSE_ID):
            self._answered = _answered(fields(chunk))
        usage = get(chunk, "usage")
        if usage is not None:
            self._usage = usage
            self._answered = {**self._answered, **{k: v for k, v in _answered(fields(chunk)).items() if v}}
        has_content = False
        for part in chunk.choices or ():
            choice = self._choices.get(part.index)
            if choice is None:
                choice = self._choices[part.index] = _Choice()
            if part.delta is not None:
                has_content = self._observe_delta(choice, part.delta) or has_content
            if part.finish_reason:
                choice.finish_reason = part.finish_reason
            self._text_index = part.index
            self._add_text = choice.text.append if self._captures_content else _nothing
        return has_content

    def _observe_delta(self, choice: _Choice, delta: Any) -> bool:
        content = get(delta, "content")
        has_content = bool(content)
        if has_content and self._captures_content:
            if isinstance(content, str):
                choice.text.append(content)
            else:
                choice.add_parts(listed(content), choice.text.append)
        if delta.tool_calls:
            choice.add_tool_calls(delta.tool_calls)
            has_content = True
        return choice.add_rarities(delta) or has_content

    def response(self, *, broken: bool) -> Response:
        response = Response(self._answered)
        _read_usage(response.attributes, self._usage)
        missing = FinishReason.ERROR.value if broken else None
        choices = [self._choices[index] for index in sorted(self._choices)] or ([_Choice()] if broken else [])
        reasons = [choice.finish_reason or missing for choice in choices]
        response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [
            each for each in reasons if each
        ] or None
        response.tool_calls = [call for choice in choices for call in choice.calls()]
        if self._captures_content and self._choices:
            response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
                choice.message(reason) for choice, reason in zip(choices, reasons, strict=True)
            ]
        return response
