"""The question whether a call may be made."""

from __future__ import annotations

from spanwright_semconv import spending


def test_nobody_is_asked_until_somebody_answers() -> None:
    """Where there is no ceiling the instrumentors ask nothing; an answer can be taken away again."""
    before = spending.check
    try:
        spending.set_check(lambda _: None)
        assert spending.check is not None
        spending.set_check(None)
        assert spending.check is None
    finally:
        spending.set_check(before)


def test_the_error_tells_what_it_is_about() -> None:
    """Scope and figures as fields; it has the name that the interface promises."""
    error = spending.CostCeilingExceeded("m", scope="call", limit_usd=1.0, expected_usd=2.0, spent_usd=0.5)
    assert (error.scope, error.limit_usd, error.expected_usd, error.spent_usd) == ("call", 1.0, 2.0, 0.5)
    assert str(error) == "m"
