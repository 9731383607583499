"""The identity of a system prompt: the same hash in both halves, and in any registry of prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

_SYSTEM_ROLES = ("system", "developer")


def system_prompt_sha256(texts: Iterable[str]) -> str:
    """SHA-256 of a system prompt as 64 hexadecimal digits, for ``spanwright.system_prompt.sha256``.

    ``texts`` are the texts of the system parts as sent, in order: the text parts of the system instructions,
    or of all messages of role ``system`` or ``developer``; parts that are not text do not count. They are
    joined by one newline and encoded as UTF-8, nothing stripped or normalised, so that the hash of a prompt
    of one part is that of the file it was read from.
    """
    return _sha256("\n".join(texts))


@lru_cache(maxsize=64)
def _sha256(prompt: str) -> str:
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()


def instruction_texts(parts: Any) -> Iterator[str]:
    """The texts of decoded ``gen_ai.system_instructions``: those of its text parts, or one plain text."""
    if isinstance(parts, str):
        yield parts
    for part in parts if isinstance(parts, list | tuple) else ():
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and part.get("type", "text") == "text":
            content = part.get("content")
            if isinstance(content, str):
                yield content


def message_texts(messages: Any) -> Iterator[str]:
    """The texts of the system messages in decoded ``gen_ai.input.messages``."""
    for message in messages if isinstance(messages, list | tuple) else ():
        if isinstance(message, dict) and message.get("role") in _SYSTEM_ROLES:
            yield from instruction_texts(message.get("parts", message.get("content")))
