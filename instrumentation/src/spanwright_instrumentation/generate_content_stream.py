"""A streamed answer in the format of :mod:`.generate_content`, put together from its chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason

from .content import to_json
from .generate_content import (
    answered,
    describe_reasons,
    field,
    output_message,
    part_of,
    plain,
    read_usage,
    reason_of,
    tool_call_of,
)
from .translation import Response

_ToolCall = tuple[str | None, str, str | None]


class _PartialCall:
    """A function call whose arguments come in pieces, each with its place in them."""

    def __init__(self, call: Any) -> None:
        self._id = field(call, "id")
        self._name = str(field(call, "name"))
        self._arguments: dict[str, Any] = {}

    def add(self, pieces: Iterable[Any]) -> None:
        for piece in pieces:
            *above, last = str(field(piece, "json_path")).removeprefix("$").strip(".").split(".")
            place = self._arguments
            for name in above:
                place = place.setdefault(name, {})
            text = field(piece, "string_value")
            if text is not None:
                place[last] = place.get(last, "") + text
            else:
                numeric = field(piece, "number_value")
                place[last] = field(piece, "bool_value") if numeric is None else numeric

    def call(self) -> _ToolCall:
        return self._id, self._name, to_json(self._arguments)

    def part(self) -> messages.Part:
        return messages.tool_call(self._name, self._arguments, self._id)


class _Candidate:
    """One candidate so far: text joined as long as it stays of one kind, other parts as they came."""

    __slots__ = ("_is_thought", "_texts", "calls", "partial", "parts", "reason")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._is_thought: Any = None
        self.parts: list[messages.Part] = []
        self.calls: list[_ToolCall] = []
        self.partial: _PartialCall | None = None
        self.reason: str | None = None

    def add_text(self, text: str, is_thought: Any) -> None:
        if is_thought != self._is_thought and self._texts:
            self.flush()
        self._is_thought = is_thought
        self._texts.append(text)

    def flush(self) -> None:
        """Nothing more is joined with the text so far."""
        if self._texts:
            text = "".join(self._texts)
            self.parts.append(messages.reasoning(text) if self._is_thought else messages.text(text))
            self._texts = []

    def add_call(self, call: Any) -> _ToolCall | None:
        """The call, when it is whole."""
        if self.partial is None and not field(call, "will_continue") and not field(call, "partial_args"):
            self.parts.append(
                messages.tool_call(
                    str(field(call, "name")), plain(field(call, "args")) or {}, field(call, "id")
                )
            )
            return tool_call_of(call)
        if self.partial is None:
            self.partial = _PartialCall(call)
        self.partial.add(field(call, "partial_args") or ())
        return None if field(call, "will_continue") else self.end_partial()

    def end_partial(self) -> _ToolCall | None:
        partial, self.partial = self.partial, None
        if partial is None:
            return None
        self.parts.append(partial.part())
        return partial.call()


class ContentStream:
    """A streamed answer so far."""

    #: Told of each tool call once it is whole: the SDK runs tools before it asks for the next chunk.
    remember: Callable[[list[_ToolCall]], None] | None = None

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._answered: dict[str, Any] = {}
        self._usage: Any = None
        self._feedback: Any = None
        self._candidates: dict[int, _Candidate] = {}

    def observe(self, chunk: Any) -> bool:
        fields = chunk.__dict__
        if not self._answered.get(attributes.GEN_AI_RESPONSE_MODEL):
            self._answered = answered(chunk)
        usage = fields["usage_metadata"]
        if usage is not None:
            self._usage = usage
        if fields["prompt_feedback"] is not None:
            self._feedback = fields["prompt_feedback"]
        has_content = False
        for sent in fields["candidates"] or ():
            known = sent.__dict__
            candidate = self._candidates.get(known["index"] or 0)
            if candidate is None:
                candidate = self._candidates[known["index"] or 0] = _Candidate()
            parts = known["content"].__dict__["parts"] if known["content"] is not None else None
            if parts:
                has_content = self._observe_parts(candidate, parts) or has_content
            if known["finish_reason"] is not None:
                candidate.reason = reason_of(sent)
        return has_content

    def _observe_parts(self, candidate: _Candidate, parts: Iterable[Any]) -> bool:
        has_content = False
        for part in parts:
            # Each attribute of a model costs more than all of a dict's together, and there are many chunks.
            known = part.__dict__
            text = known["text"]
            if text:
                has_content = True
                if self._captures_content:
                    candidate.add_text(text, known["thought"])
            elif known["function_call"] is not None:
                has_content = True
                candidate.flush()
                self._observe_call(candidate, known["function_call"])
            elif text is None and not known.get("thought_signature"):
                has_content = True
                candidate.flush()
                candidate.parts.append(part_of(part))
        return has_content

    def _observe_call(self, candidate: _Candidate, sent: Any) -> None:
        call = candidate.add_call(sent)
        if call is not None:
            candidate.calls.append(call)
            if self.remember is not None:
                self.remember([call])

    def response(self, *, broken: bool) -> Response:
        response = Response(self._answered)
        read_usage(response.attributes, self._usage)
        candidates = [self._candidates[index] for index in sorted(self._candidates)]
        if broken and not candidates:
            candidates = [_Candidate()]
        missing = FinishReason.ERROR.value if broken else None
        reasons = [candidate.reason or missing for candidate in candidates]
        response.tool_calls = [call for candidate in candidates for call in candidate.calls]
        describe_reasons(response, reasons, self._feedback)
        if self.remember is not None:
            response.tool_calls = []
        if self._captures_content and self._candidates:
            for candidate in candidates:
                candidate.flush()
            response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
                output_message(candidate.parts, reason)
                for candidate, reason in zip(candidates, reasons, strict=True)
            ]
        return response
