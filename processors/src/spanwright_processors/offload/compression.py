"""Zstandard, from Python itself or its backport."""

from __future__ import annotations

import sys
import threading

from .error import ContentError

try:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
except ImportError as error:
    raise ContentError(
        "Cannot store full texts: zstd is not installed. Run: pip install 'spanwright-processors[content]'"
    ) from error

#: The library's own default: above it twice the time saves a few percent of prompts.
LEVEL = 3


class _Compressor(threading.local):
    """One for each thread: making one costs ten times what compressing a message does."""

    def __init__(self) -> None:
        self.one = zstd.ZstdCompressor(LEVEL)


_compressor = _Compressor()


def compressed(content: bytes) -> bytes:
    return _compressor.one.compress(content, zstd.ZstdCompressor.FLUSH_FRAME)


def decompressed(content: bytes) -> bytes:
    """Raises ``ValueError`` for what ``compressed`` did not give."""
    try:
        return zstd.decompress(content)
    except zstd.ZstdError as error:
        raise ValueError("it is not compressed as it was") from error
