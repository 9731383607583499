"""The format of Google's Interactions API: an input, and the steps that the model or an agent takes upon it.

Read from dicts as applications write them, from the SDK's models, and from :class:`~.translation.Fields`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason

from .content import to_json
from .generate_content import plain
from .media import inline
from .translation import Response, get, listed

_ToolCall = tuple[str | None, str, str | None]


def read_input(sent: Any) -> list[messages.Message]:
    """What was sent: a text, one content, several contents of one message, or the steps of a conversation."""
    if isinstance(sent, str):
        return [messages.message("user", [messages.text(sent)])]
    each = listed(sent) or ([sent] if sent is not None else [])
    if any(str(get(one, "type")) in _CONTENTS for one in each):
        return [messages.message("user", [_content(one) for one in each])]
    return [_sent_step(one) for one in each]


def _sent_step(step: Any) -> messages.Message:
    kind = str(get(step, "type"))
    role = "user" if kind == "user_input" else "tool" if kind == "function_result" else "assistant"
    return messages.message(role, step_parts(step))


def step_parts(step: Any) -> list[messages.Part]:
    """The parts of a step; what the provider's own tools do are calls and answers of server tools."""
    kind = str(get(step, "type"))
    if kind in ("user_input", "model_output"):
        content = get(step, "content")
        return [messages.text(content)] if isinstance(content, str) else [*map(_content, listed(content))]
    if kind == "thought":
        return [messages.reasoning(str(get(one, "text") or "")) for one in listed(get(step, "summary"))]
    if kind == "function_call":
        return [messages.tool_call(str(get(step, "name")), get(step, "arguments") or {}, get(step, "id"))]
    if kind == "function_result":
        response = messages.tool_call_response(plain(get(step, "result")), get(step, "call_id"))
        return [{**response, "name": get(step, "name")}]
    name, _, role = kind.rpartition("_")
    details = {"type": name or kind}
    if role == "result":
        answer = {**details, "result": _plain_list(get(step, "result"))}
        return [messages.server_tool_call_response(answer, get(step, "call_id") or get(step, "id"))]
    if role == "call":
        call = {**details, "arguments": plain(get(step, "arguments"))}
        return [messages.server_tool_call(str(get(step, "name") or name), call, get(step, "id"))]
    return [messages.generic(kind)]


def _plain_list(value: Any) -> Any:
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else plain(value)


_CONTENTS = ("text", "image", "audio", "video", "document", "file")


def _content(content: Any) -> messages.Part:
    if isinstance(content, str):
        return messages.text(content)
    kind = str(get(content, "type"))
    if kind == "text":
        return messages.text(str(get(content, "text") or ""))
    address, mime_type = get(content, "uri"), get(content, "mime_type")
    if address:
        return messages.uri(kind, str(address), mime_type)
    data = get(content, "data")
    return inline(kind, mime_type, len(data)) if isinstance(data, (str, bytes)) else messages.generic(kind)


def read_tools(tools: Iterable[Any]) -> list[messages.ToolDefinition]:
    """The tools offered: functions, and the provider's own by their type."""
    return [
        messages.tool_definition(
            str(get(tool, "name") or get(tool, "type")),
            str(get(tool, "type")),
            get(tool, "description"),
            plain(get(tool, "parameters")),
        )
        for tool in tools
    ]


_MODALITIES = {
    "text": (
        attributes.GEN_AI_USAGE_TEXT_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_TEXT_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS,
    ),
    "image": (
        attributes.GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
    ),
    "audio": (
        attributes.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
    ),
}
_DETAILS = (
    ("input_tokens_by_modality", 0),
    ("tool_use_tokens_by_modality", 0),
    ("output_tokens_by_modality", 1),
    ("cached_tokens_by_modality", 2),
)
#: Attribute -> the counts whose sum it is, the first of which must be known.
_TOTALS = (
    (attributes.GEN_AI_USAGE_INPUT_TOKENS, ("total_input_tokens", "total_tool_use_tokens")),
    (attributes.GEN_AI_USAGE_OUTPUT_TOKENS, ("total_output_tokens", "total_thought_tokens")),
    (attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, ("total_thought_tokens",)),
    (attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, ("total_cached_tokens",)),
)


def add_usage(into: dict[str, Any], usage: Any) -> None:
    """Token counts as totals, added to those of the requests before that made the same answer."""
    for key, names in _TOTALS:
        counts = [get(usage, name) for name in names]
        if any(count is not None for count in counts):
            into[key] = (into.get(key) or 0) + sum(count or 0 for count in counts)
    for name, column in _DETAILS:
        for count in listed(get(usage, name)):
            keys, tokens = _MODALITIES.get(str(get(count, "modality"))), get(count, "tokens")
            if keys is not None and tokens is not None:
                into[keys[column]] = into.get(keys[column], 0) + tokens


#: Statuses after which nothing more comes, with what they mean as a finish reason.
_ENDS = {
    "completed": FinishReason.STOP.value,
    "requires_action": FinishReason.TOOL_CALLS.value,
    "incomplete": FinishReason.LENGTH.value,
    "requires_continuation": FinishReason.LENGTH.value,
    "failed": FinishReason.ERROR.value,
    "cancelled": "cancelled",
    "budget_exceeded": FinishReason.LENGTH.value,
}


def _describe_status(response: Response, status: Any, errors: Any = None) -> None:
    """The API has a status in place of a finish reason."""
    meaning = _ENDS.get(str(status))
    if meaning is None:
        return
    if meaning == FinishReason.STOP.value and response.tool_calls:
        meaning = FinishReason.TOOL_CALLS.value
    response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [str(status)]
    response.attributes[attributes.SPANWRIGHT_FINISH_REASON] = meaning
    if status == "failed":
        response.error_type = next((str(get(each, "code")) for each in listed(errors)), "failed")


def _answered(interaction: Any) -> dict[str, Any]:
    tier = get(interaction, "service_tier")
    return {
        attributes.GEN_AI_RESPONSE_ID: get(interaction, "id") or None,
        attributes.GEN_AI_RESPONSE_MODEL: plain(get(interaction, "model")),
        attributes.SPANWRIGHT_RESPONSE_SERVICE_TIER: None if tier is None else str(plain(tier)),
    }


def read_interaction(_arguments: Mapping[str, Any], interaction: Any, captures_content: bool) -> Response:
    """A whole answer."""
    response = Response(_answered(interaction))
    add_usage(response.attributes, get(interaction, "usage"))
    steps = [step for step in listed(get(interaction, "steps")) if get(step, "type") != "user_input"]
    response.tool_calls = [_tool_call(step) for step in steps if get(step, "type") == "function_call"]
    status = get(interaction, "status")
    _describe_status(response, status, get(interaction, "errors"))
    if captures_content and steps:
        _record_output(response, [part for step in steps for part in step_parts(step)])
    return response


def _record_output(response: Response, parts: list[messages.Part]) -> None:
    reasons = response.attributes.get(attributes.GEN_AI_RESPONSE_FINISH_REASONS) or [None]
    response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
        messages.message("assistant", parts, finish_reason=reasons[0])
    ]


def _tool_call(step: Any) -> _ToolCall:
    return get(step, "id"), str(get(step, "name")), to_json(plain(get(step, "arguments")) or {})


class _Step:
    """One step of a stream so far: as it started, and what came after."""

    def __init__(self, start: Any) -> None:
        self.start = start
        self.kind = str(get(start, "type"))
        self._texts: list[str] = []
        self._arguments: list[str] = []
        self._media: list[messages.Part] = []

    def add(self, delta: Any) -> bool:
        """Take in a delta; True if it holds generated content."""
        kind = str(get(delta, "type"))
        if kind == "arguments_delta":
            self._arguments.append(str(get(delta, "arguments") or ""))
            return True
        content = get(delta, "content") if kind == "thought_summary" else delta
        text = get(content, "text")
        if isinstance(text, str):
            self._texts.append(text)
        elif str(get(content, "type")) in _CONTENTS:
            self._media.append(_content(content))
        return kind != "thought_signature"

    def call(self) -> _ToolCall:
        call_id, name, arguments = _tool_call(self.start)
        return call_id, name, "".join(self._arguments) or arguments

    def parts(self) -> list[messages.Part]:
        if self.kind == "function_call":
            call_id, name, arguments = self.call()
            return [messages.tool_call(name, arguments, call_id)]
        text = "".join(self._texts)
        if not text and not self._media:
            return step_parts(self.start)
        made = messages.reasoning(text) if self.kind == "thought" else messages.text(text)
        return [*([made] if text else []), *self._media]


class InteractionStream:
    """A streamed interaction so far."""

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._answered: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._status: Any = None
        #: By index, anew for each request that continues the answer.
        self._open: dict[int, _Step] = {}
        self._steps: list[_Step] = []
        self._error: Any = None

    def observe(self, event: Any) -> bool:
        kind = get(event, "event_type")
        if kind == "step.delta":
            step = self._open.get(get(event, "index"))
            return step.add(get(event, "delta")) if step is not None else False
        if kind == "step.start":
            step = self._open[get(event, "index")] = _Step(get(event, "step"))
            self._steps.append(step)
            return step.kind == "function_call"
        if kind in ("interaction.created", "interaction.completed"):
            self._observe_interaction(get(event, "interaction"), is_end=kind == "interaction.completed")
        elif kind == "error":
            self._error = get(event, "error")
        return False

    def _observe_interaction(self, interaction: Any, *, is_end: bool) -> None:
        known = {key: value for key, value in _answered(interaction).items() if value is not None}
        self._answered.update(known)
        if is_end:
            self._status = get(interaction, "status")
            add_usage(self._usage, get(interaction, "usage"))
        else:
            self._open = {}

    def response(self, *, broken: bool) -> Response:
        response = Response({**self._answered, **self._usage})
        response.tool_calls = [step.call() for step in self._steps if step.kind == "function_call"]
        if broken or self._error is not None:
            response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [FinishReason.ERROR.value]
        else:
            _describe_status(response, self._status)
        if self._error is not None and not broken:
            response.error_type = str(get(self._error, "code") or "error")
        if self._captures_content and self._steps:
            _record_output(response, [part for step in self._steps for part in step.parts()])
        return response


def read_fetched_interaction(
    _arguments: Mapping[str, Any], interaction: Any, _captures_content: bool
) -> Response:
    """One fetched by its id: its state, never its tokens, which belong to the call that made it."""
    status = get(interaction, "status")
    return Response({**_answered(interaction), attributes.GEN_AI_RESPONSE_STATUS: plain(status)})


class FetchedInteractionStream(InteractionStream):
    """An interaction fetched by its id and streamed."""

    def response(self, *, broken: bool) -> Response:
        status = None if broken else self._status
        return Response({**self._answered, attributes.GEN_AI_RESPONSE_STATUS: status})
