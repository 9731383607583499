"""Names the system prompt of a call by its hash, before masking and truncation change the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from spanwright_semconv.attributes import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    SPANWRIGHT_SYSTEM_PROMPT_SHA256,
)
from spanwright_semconv.prompt import instruction_texts, message_texts, system_prompt_sha256

from ..span import EditableSpan
from ..step import Phase


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
            texts = list(instruction_texts(_decoded(span, GEN_AI_SYSTEM_INSTRUCTIONS)))
        elif GEN_AI_INPUT_MESSAGES in attributes:
            texts = list(message_texts(_decoded(span, GEN_AI_INPUT_MESSAGES)))
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
