"""Names the system prompt of a call by its hash, before masking and truncation change the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from spanwright_semconv.attributes import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    SPANWRIGHT_SYSTEM_PROMPT_SHA256,
)
from spanwright_semconv.prompt import system_prompt_sha256

from ..span import EditableSpan
from ..step import Phase

_SYSTEM_ROLES = ("system", "developer")


@dataclass(frozen=True)
class SystemPromptSettings:
    """The hash of the system prompt; there is nothing to set."""


class SystemPrompt:
    """Sets ``spanwright.system_prompt.sha256`` where it is missing and the span holds a system prompt.

    The prompt is the text of ``gen_ai.system_instructions``, or where that is absent, of the system messages
    in ``gen_ai.input.messages``. ``spanwright_semconv.prompt`` defines the hash; an instrumentor that does
    not record content sets it itself.
    """

    Settings = SystemPromptSettings
    phase: ClassVar[Phase] = Phase.ENRICH
    name = "system_prompt"

    def __init__(self, settings: SystemPromptSettings = SystemPromptSettings()) -> None:
        self._settings = settings

    def __call__(self, span: EditableSpan) -> None:
        attributes = span.attributes
        if SPANWRIGHT_SYSTEM_PROMPT_SHA256 in attributes:
            return
        if GEN_AI_SYSTEM_INSTRUCTIONS in attributes:
            texts = list(_texts(_decoded(span, GEN_AI_SYSTEM_INSTRUCTIONS)))
        elif GEN_AI_INPUT_MESSAGES in attributes:
            texts = list(_system_texts(_decoded(span, GEN_AI_INPUT_MESSAGES)))
        else:
            return
        if texts:
            attributes[SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256(texts)


def _decoded(span: EditableSpan, key: str) -> Any:
    """The attribute's JSON, or its value where the source keeps it structured, or its plain text."""
    raw = span.attributes[key]
    if not isinstance(raw, str):
        return raw
    decoded = span.json(key)
    return raw if decoded is None else decoded


def _system_texts(messages: Any) -> Iterator[str]:
    for message in messages if isinstance(messages, list | tuple) else ():
        if isinstance(message, dict) and message.get("role") in _SYSTEM_ROLES:
            yield from _texts(message.get("parts", message.get("content")))


def _texts(parts: Any) -> Iterator[str]:
    """The texts of text parts; ``parts`` may also be one plain text, as some instrumentors write it."""
    if isinstance(parts, str):
        yield parts
    for part in parts if isinstance(parts, list | tuple) else ():
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and part.get("type", "text") == "text":
            content = part.get("content")
            if isinstance(content, str):
                yield content
