"""How many tokens a request has, counted before it is sent: by a tokenizer, or by a bound of its length."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from spanwright_semconv.attributes import GEN_AI_INPUT_MESSAGES

#: Text -> tokens, and the name of who counts.
Tokenizer = tuple[str, Callable[[str], int]]

#: Bytes of UTF-8 taken for a token. No byte-level tokenizer makes more tokens than bytes; with cl100k prose
#: in any of 9 languages has 2.5 bytes a token and more, code 3.4, base64 1.4.
BYTES_PER_TOKEN = 2.0
#: Tokens of an image, a document or another part that is no text: what the largest images count as.
MEDIA_TOKENS = 2_000
#: Name of the bound by length.
BY_BYTES = "bytes"

_MEDIA = frozenset(("blob", "file", "uri"))
_TIKTOKEN_PROVIDERS = frozenset(("openai", "azure.ai.openai", "azure.ai.inference"))
_TIKTOKEN_FILES = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"

_registered: dict[str, Callable[[str, str], int]] = {}


class Input(NamedTuple):
    """What is sent: all of it as JSON text, which has more tokens than the provider's own form of it."""

    text: str
    media: int

    @property
    def bytes(self) -> int:
        """Length in UTF-8."""
        return len(self.text) if self.text.isascii() else len(self.text.encode("utf-8", "surrogatepass"))


def register_tokenizer(provider: str, count: Callable[[str, str], int]) -> None:
    """Count the input of calls of ``provider`` (``gen_ai.provider.name``) by ``count(model, text)``.

    It wins over what is found by itself. What it raises makes the bound by length stand in.
    """
    _registered[provider.lower()] = count


def read_input(content: Mapping[str, Any]) -> Input:
    """The input in ``content``, by content attribute."""
    text = json.dumps(dict(content), ensure_ascii=False, default=str)
    return Input(text, _count_media(content.get(GEN_AI_INPUT_MESSAGES)))


def bound(sent: Input, bytes_per_token: float = BYTES_PER_TOKEN, media_tokens: int = MEDIA_TOKENS) -> int:
    """Tokens that ``sent`` has at most, by its length."""
    return int(sent.bytes / bytes_per_token) + 1 + sent.media * media_tokens


def counted(
    provider: str | None, model: str, sent: Input, media_tokens: int = MEDIA_TOKENS
) -> tuple[int, str] | None:
    """Tokens of ``sent`` and who counted them; None where no tokenizer is at hand.

    At hand is one that was registered, and OpenAI's where tiktoken is installed *and* has the model's
    vocabulary on disk (``TIKTOKEN_CACHE_DIR``): nothing is ever fetched for this.
    """
    found = _tokenizer(provider, model)
    if found is None:
        return None
    name, count = found
    try:
        return count(sent.text) + sent.media * media_tokens, name
    except Exception:  # somebody's tokenizer: the bound does without
        return None


def _tokenizer(provider: str | None, model: str) -> Tokenizer | None:
    known = (provider or "").lower()
    own = _registered.get(known)
    if own is not None:
        return known, lambda text: own(model, text)
    return _tiktoken(model) if known in _TIKTOKEN_PROVIDERS else None


@cache
def _tiktoken(model: str) -> Tokenizer | None:
    try:
        name = import_module("tiktoken.model").encoding_name_for_model(model)
        if not _is_cached(name):
            return None
        encoding = import_module("tiktoken").get_encoding(name)
    except Exception:  # not installed, an unknown model, a broken file
        return None
    return name, lambda text: len(encoding.encode(text, disallowed_special=()))


def _is_cached(name: str) -> bool:
    """Whether tiktoken has the vocabulary already: where it looks, under the name it gives it."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR") or os.environ.get("DATA_GYM_CACHE_DIR")
    directory = Path(folder) if folder else Path(tempfile.gettempdir()) / "data-gym-cache"
    return (directory / hashlib.sha1(_TIKTOKEN_FILES.format(name).encode()).hexdigest()).is_file()


def _count_media(messages: Any) -> int:
    if not isinstance(messages, list | tuple):
        return 0
    parts = (part for message in messages if isinstance(message, dict) for part in _parts(message))
    return sum(isinstance(part, dict) and part.get("type") in _MEDIA for part in parts)


def _parts(message: Mapping[str, Any]) -> list[Any]:
    parts = message.get("parts")
    return list(parts) if isinstance(parts, list | tuple) else []
