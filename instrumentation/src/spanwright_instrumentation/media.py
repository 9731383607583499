"""Media in messages: what they are and how large, never their bytes."""

from __future__ import annotations

from spanwright_semconv import messages


def inline(modality: str, mime_type: str | None, base64_length: int) -> messages.Part:
    """A ``blob`` part for media sent inline as base64 text of this length; its ``bytes`` are their number."""
    return sized(modality, mime_type, base64_length * 3 // 4)


def sized(modality: str, mime_type: str | None, size: int) -> messages.Part:
    """The same for media of this many bytes."""
    return {**messages.blob(modality, "", mime_type), "bytes": size}


def addressed(modality: str, address: str) -> messages.Part:
    """Media by their address, of which a ``data:`` one holds the media themselves."""
    if not address.startswith("data:"):
        return messages.uri(modality, address)
    header, _, data = address[5:].partition(",")
    return inline(modality, header.partition(";")[0] or None, len(data))


def image(address: str) -> messages.Part:
    """The same for an image."""
    return addressed("image", address)
