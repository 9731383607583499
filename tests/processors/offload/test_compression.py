from __future__ import annotations

import subprocess
import sys

import pytest
from spanwright_processors.offload.compression import compressed, decompressed


def test_there_and_back() -> None:
    """Any bytes; text shrinks."""
    for content in (b"", b"x", "grüße ".encode() * 500):
        assert decompressed(compressed(content)) == content
    assert len(compressed(b"hello " * 500)) < 100


def test_other_bytes_are_refused() -> None:
    """What was not compressed here, or was cut, is damage, not an error of the library."""
    for content in (b"", b"hello", compressed(b"hello " * 50)[:-4]):
        with pytest.raises(ValueError, match="compressed"):
            decompressed(content)


def test_a_missing_library_is_named() -> None:
    """Where zstd is not installed, the error says what to install."""
    code = (
        "import sys; sys.modules['backports'] = sys.modules['compression'] = None\n"
        "from spanwright_processors.offload.error import ContentError\n"
        "try:\n    import spanwright_processors.offload.compression\n"
        "except ContentError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("zstd is not installed. Run: pip install 'spanwright-processors[content]'\n")
