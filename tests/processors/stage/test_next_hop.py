"""What is sent on arrives whole, and each answer of the next hop is understood."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from spanwright_processors.stage.answer import Answer, Outcome
from spanwright_processors.stage.next_hop import next_hop
from spanwright_processors.stage.settings import NextHopSettings
from spanwright_processors.stage.signals import Signal
from support.certificates import Authority
from support.stage import Receiver, free_address, grpc_receiver, http_receiver

Protocol = Literal["grpc", "http/protobuf"]
RECEIVERS: dict[Protocol, Callable[[], AbstractContextManager[Receiver]]] = {
    "grpc": grpc_receiver,
    "http/protobuf": http_receiver,
}
BOTH = pytest.mark.parametrize("protocol", list(RECEIVERS))


async def sent(settings: NextHopSettings, signal: Signal = Signal.TRACES, body: bytes = b"body") -> Answer:
    hop = next_hop(settings)
    try:
        return await hop.send(signal, body, 5.0)
    finally:
        await hop.close()


@BOTH
@pytest.mark.parametrize("compression", ["gzip", "none"])
async def test_bodies_and_headers_arrive(
    protocol: Protocol, compression: Literal["gzip", "none"], tmp_path: Path
) -> None:
    """Both signals, with the headers that were set and the token of the file."""
    token = tmp_path / "token"
    token.write_text("secret\n")
    body = b"x" * 5_000_000
    with RECEIVERS[protocol]() as receiver:
        settings = NextHopSettings(
            receiver.url, protocol, {"X-Team": "a"}, compression=compression, bearer_token_file=token
        )
        for signal in Signal:
            assert (await sent(settings, signal, body)).is_accepted
    assert [(path, received) for path, received, _ in receiver.received] == [
        ("/v1/traces", body),
        ("/v1/logs", body),
    ]
    for _, _, headers in receiver.received:
        assert (headers["x-team"], headers["authorization"]) == ("a", "Bearer secret")


@BOTH
async def test_a_changed_token_is_used(protocol: Protocol, tmp_path: Path) -> None:
    """Tokens are renewed while the stage runs."""
    token = tmp_path / "token"
    token.write_text("old")
    with RECEIVERS[protocol]() as receiver:
        hop = next_hop(NextHopSettings(receiver.url, protocol, bearer_token_file=token))
        await hop.send(Signal.TRACES, b"", 5.0)
        token.write_text("renewed")
        await hop.send(Signal.TRACES, b"", 5.0)
        await hop.close()
    assert [headers["authorization"] for _, _, headers in receiver.received] == [
        "Bearer old",
        "Bearer renewed",
    ]


@BOTH
async def test_nobody_there(protocol: Protocol) -> None:
    """Is no exception: the sender is asked to come again."""
    answer = await sent(NextHopSettings(f"http://{free_address()}", protocol))
    assert answer.outcome is Outcome.UNAVAILABLE


async def test_http_statuses() -> None:
    """With the time of Retry-After in seconds."""
    with http_receiver() as receiver:
        receiver.statuses = [(503, "7"), (400,), (429, "soon")]
        settings = NextHopSettings(receiver.url, "http/protobuf")
        answers = [await sent(settings) for _ in range(3)]
    assert [(answer.outcome, answer.retry_s) for answer in answers] == [
        (Outcome.UNAVAILABLE, 7.0),
        (Outcome.REFUSED, 1.0),
        (Outcome.UNAVAILABLE, 1.0),
    ]


async def test_grpc_statuses() -> None:
    """With the delay of RetryInfo; what the next hop says in words is not passed on."""
    info = RetryInfo()
    info.retry_delay.FromMilliseconds(2500)
    packed = AnyMessage()
    packed.Pack(info)
    details = ("grpc-status-details-bin", Status(code=14, details=[packed]).SerializeToString())
    statuses: list[Any] = [(grpc.StatusCode.UNAVAILABLE, details), (grpc.StatusCode.INVALID_ARGUMENT,)]
    with grpc_receiver() as receiver:
        receiver.statuses = statuses
        answers = [await sent(NextHopSettings(receiver.url)) for _ in range(2)]
    assert [(answer.outcome, answer.retry_s) for answer in answers] == [
        (Outcome.UNAVAILABLE, 2.5),
        (Outcome.REFUSED, 1.0),
    ]
    assert not any("told to" in answer.message for answer in answers)


async def test_tls_with_certificates_on_both_sides(tmp_path: Path) -> None:
    """Ours is shown, theirs is checked against the authority that was named."""
    authority = Authority(tmp_path)
    theirs, ours = authority.sign("theirs"), authority.sign("ours")
    credentials = grpc.ssl_server_credentials(
        [(theirs.key.read_bytes(), theirs.certificate.read_bytes())], authority.file.read_bytes(), True
    )
    with grpc_receiver(credentials) as receiver:
        right = NextHopSettings(
            receiver.url, ca_file=authority.file, certificate_file=ours.certificate, key_file=ours.key
        )
        assert (await sent(right)).is_accepted
        without_ours = NextHopSettings(receiver.url, ca_file=authority.file)
        assert (await sent(without_ours)).outcome is Outcome.UNAVAILABLE
        other = NextHopSettings(receiver.url, ca_file=Authority(tmp_path, "other").file)
        assert (await sent(other)).outcome is Outcome.UNAVAILABLE
    assert len(receiver.received) == 1


@BOTH
def test_a_file_that_is_not_there_is_an_error_at_start(protocol: Protocol, tmp_path: Path) -> None:
    """Not at the first request."""
    with pytest.raises(ValueError, match=r"Cannot use a file of stage.next: .*No such file"):
        next_hop(NextHopSettings("https://localhost:1", protocol, ca_file=tmp_path / "none"))
