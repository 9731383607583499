"""How a request ended, in the words of OTLP over gRPC and over HTTP.

Which codes ask a sender to come again: OTLP specification, "OTLP/gRPC Response" and "OTLP/HTTP Response".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """Name, gRPC status code and HTTP status."""

    ACCEPTED = ("accepted", 0, 200)
    #: Not to be sent again as it is.
    INVALID = ("invalid", 3, 400)
    TOO_LARGE = ("too_large", 8, 413)
    UNAUTHENTICATED = ("unauthenticated", 16, 401)
    REFUSED = ("refused", 3, 400)
    #: To be sent again, later.
    BUSY = ("busy", 14, 503)
    UNAVAILABLE = ("unavailable", 14, 503)
    DRAINING = ("draining", 14, 503)

    def __init__(self, label: str, grpc_code: int, http_status: int) -> None:
        self.label = label
        self.grpc_code = grpc_code
        self.http_status = http_status

    @property
    def is_retryable(self) -> bool:
        return self in (Outcome.BUSY, Outcome.UNAVAILABLE, Outcome.DRAINING)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender is told. ``body``: an OTLP response message, where the request was accepted.

    ``message`` never holds anything of a request. ``retry_s``: when to come again, if that is worth while.
    """

    outcome: Outcome
    message: str = ""
    retry_s: float = 1.0
    body: bytes = b""

    @property
    def is_accepted(self) -> bool:
        return self.outcome is Outcome.ACCEPTED


ACCEPTED = Answer(Outcome.ACCEPTED)
#: A next hop that refuses a message as such, over gRPC (INVALID_ARGUMENT) and HTTP.
_REFUSING_CODES = frozenset({3})
_REFUSING_STATUSES = frozenset({400, 413, 415, 422})


def from_grpc(code: int, code_name: str, retry_s: float | None = None) -> Answer:
    """What a next hop's gRPC status means for the sender.

    What is wrong with the stage's own configuration (its token, its address) must not cost the sender its
    spans: the sender keeps them and comes again.
    """
    if code in _REFUSING_CODES:
        return Answer(Outcome.REFUSED, f"The next hop refused the request: {code_name}.")
    return Answer(
        Outcome.UNAVAILABLE, f"The next hop did not accept the request: {code_name}.", retry_s or 1.0
    )


def from_http(status: int, retry_s: float | None = None) -> Answer:
    """What a next hop's HTTP status means for the sender, by the same rule."""
    if status in _REFUSING_STATUSES:
        return Answer(Outcome.REFUSED, f"The next hop refused the request: HTTP status {status}.")
    return Answer(
        Outcome.UNAVAILABLE, f"The next hop did not accept the request: HTTP status {status}.", retry_s or 1.0
    )
