from __future__ import annotations

import pytest
from spanwright_processors.offload.settings import OffloadSettings


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("url", " ", r"offload\.url: it is empty\. Set a folder or a URI, or leave it out\."),
        ("retention_days", -1, r"offload\.retention_days: -1 is less than 0\. Set 0 or more\."),
        ("prompt_retention_days", -1, r"offload\.prompt_retention_days: -1 is less than 0"),
        ("prompts", -5, r"offload\.prompts: -5 is less than 0"),
        ("spool_bytes", 1000, r"offload\.spool_bytes: 1000 is too few\. Set 65536 or more\."),
        ("queue_bytes", 1000, r"offload\.queue_bytes: 1000 is too few"),
    ],
)
def test_what_cannot_be_is_refused(key: str, value: object, message: str) -> None:
    """With the key, and what to set instead."""
    with pytest.raises(ValueError, match=f"Cannot use {message}"):
        OffloadSettings(**{key: value})  # type: ignore[arg-type]


def test_nothing_is_kept_by_default() -> None:
    """No URL, no texts."""
    assert OffloadSettings().url is None
