"""What a sender is told of what the next hop said."""

from __future__ import annotations

import pytest
from spanwright_processors.stage.answer import Answer, Outcome, from_grpc, from_http


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_be_sent_again_is_to_be_sent_again(status: int) -> None:
    """OTLP's four retryable statuses, with the time the next hop asked for."""
    assert from_http(status, 7.0) == Answer(
        Outcome.UNAVAILABLE, f"The next hop did not accept the request: HTTP status {status}.", 7.0
    )


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_wrongly_set_up_stage_costs_no_spans(status: int) -> None:
    """A token or path of the stage's own that is wrong must not make senders drop what they hold."""
    assert from_http(status).outcome.is_retryable


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_a_refused_request_is_refused_for_good(status: int) -> None:
    """Sending it again would stop the sender's queue for ever."""
    assert from_http(status).outcome is Outcome.REFUSED


def test_grpc_statuses_by_the_same_rule() -> None:
    """INVALID_ARGUMENT is final; all others are not."""
    assert from_grpc(3, "INVALID_ARGUMENT").outcome is Outcome.REFUSED
    assert from_grpc(14, "UNAVAILABLE", 2.5) == Answer(
        Outcome.UNAVAILABLE, "The next hop did not accept the request: UNAVAILABLE.", 2.5
    )
    assert from_grpc(16, "UNAUTHENTICATED").outcome.is_retryable


def test_retryable_outcomes_have_retryable_codes() -> None:
    """UNAVAILABLE and 503 ask senders to come again, all other codes used do not."""
    for outcome in Outcome:
        assert outcome.is_retryable == (outcome.grpc_code == 14) == (outcome.http_status == 503)
