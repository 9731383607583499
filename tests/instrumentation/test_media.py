"""Media without their bytes."""

from __future__ import annotations

import base64

from spanwright_instrumentation.media import inline


def test_inline_media_tell_their_size_only() -> None:
    """A blob says what it is and how many bytes it has, and holds none of them."""
    data = base64.b64encode(b"abcdef").decode()
    assert inline("image", "image/png", len(data)) == {
        "type": "blob",
        "modality": "image",
        "mime_type": "image/png",
        "content": "",
        "bytes": 6,
    }
    assert "mime_type" not in inline("document", None, 0)
