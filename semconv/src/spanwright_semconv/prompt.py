"""The identity of a system prompt: the same hash in both halves, and in any registry of prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def system_prompt_sha256(texts: Iterable[str]) -> str:
    """SHA-256 of a system prompt as 64 hexadecimal digits, for ``spanwright.system_prompt.sha256``.

    ``texts`` are the texts of the system parts as sent, in order: the text parts of the system instructions,
    or of all messages of role ``system`` or ``developer``; parts that are not text do not count. They are
    joined by one newline and encoded as UTF-8, nothing stripped or normalised, so that the hash of a prompt
    of one part is that of the file it was read from.
    """
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
