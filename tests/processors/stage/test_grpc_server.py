"""OTLP over gRPC, as its specification has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from spanwright_processors.stage.answer import Answer, Outcome
from spanwright_processors.stage.gate import Gate
from spanwright_processors.stage.grpc_server import grpc_server
from spanwright_processors.stage.settings import StageSettings, TlsSettings
from spanwright_processors.stage.signals import Signal
from support.certificates import Authority
from support.stage import free_address

SETTINGS = StageSettings(max_request_bytes=1000)
WHOLE = Answer(Outcome.ACCEPTED, body=b"whole")


@asynccontextmanager
async def serving(
    answer: Answer = WHOLE, settings: StageSettings = SETTINGS, gate: Gate | None = None
) -> AsyncIterator[tuple[str, list[tuple[Signal, str, bytes]]]]:
    received: list[tuple[Signal, str, bytes]] = []

    async def export(signal: Signal, transport: str, body: bytes) -> Answer:
        received.append((signal, transport, body))
        return answer

    address = free_address()
    server = grpc_server(address, settings, gate or Gate(None), export)
    await server.start()
    try:
        yield address.replace("127.0.0.1", "localhost"), received
    finally:
        await server.stop(None)


async def call(address: str, body: bytes, signal: Signal = Signal.TRACES, **options: Any) -> bytes:
    credentials = options.pop("credentials", None)
    channel = (
        grpc.aio.secure_channel(address, credentials) if credentials else grpc.aio.insecure_channel(address)
    )
    async with channel:
        response: bytes = await channel.unary_unary(signal.grpc_method)(body, timeout=5, **options)
    return response


async def test_both_signals_plain_and_compressed() -> None:
    """The body comes as it was before compression; the answer is the next hop's."""
    async with serving() as (address, received):
        for signal in Signal:
            for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
                assert await call(address, b"body" * 9, signal, compression=compression) == b"whole"
    assert received == [(signal, "grpc", b"body" * 9) for signal in Signal for _ in range(2)]


async def test_errors_are_in_the_protocols_own_words() -> None:
    """Status code, message and RetryInfo, without which some senders drop what they hold."""
    async with serving(Answer(Outcome.UNAVAILABLE, "down", 2.5)) as (address, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(address, b"")
    error = caught.value
    assert (error.code(), error.details()) == (grpc.StatusCode.UNAVAILABLE, "down")
    status = Status.FromString(dict(error.trailing_metadata())["grpc-status-details-bin"])
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    assert info.retry_delay.ToMilliseconds() == 2500


async def test_what_is_final_carries_no_time_to_come_again() -> None:
    """INVALID_ARGUMENT tells a sender to drop the request."""
    async with serving(Answer(Outcome.INVALID, "no message")) as (address, _):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(address, b"")
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert not Status.FromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"]).details


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
async def test_what_is_too_large_is_refused(compression: Any) -> None:
    """Measured after decompression."""
    async with serving() as (address, received):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(address, b"\0" * 5_000_000, compression=compression)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert received == []


async def test_only_those_with_a_token(tmp_path: Path) -> None:
    """In the metadata, as Collectors send it."""
    file = tmp_path / "tokens"
    file.write_text("secret")
    async with serving(gate=Gate(file)) as (address, received):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(address, b"a")
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
        await call(address, b"b", metadata=[("authorization", "Bearer secret")])
    assert [body for _, _, body in received] == [b"b"]


async def test_tls_with_certificates_of_senders_and_renewal(tmp_path: Path) -> None:
    """Who shows none is not let in; a renewed certificate is shown without a restart."""
    authority = Authority(tmp_path)
    ours, theirs = authority.sign("ours"), authority.sign("theirs")
    tls = TlsSettings(ours.certificate, ours.key, authority.file)
    pair = (theirs.key.read_bytes(), theirs.certificate.read_bytes())

    def shown(root: Path) -> Any:
        return grpc.ssl_channel_credentials(root.read_bytes(), *pair)

    async with serving(settings=replace(SETTINGS, tls=tls)) as (address, _):
        assert await call(address, b"", credentials=shown(authority.file)) == b"whole"
        with pytest.raises(grpc.aio.AioRpcError):
            await call(address, b"", credentials=grpc.ssl_channel_credentials(authority.file.read_bytes()))
        renewed = Authority(tmp_path, "renewed")
        renewed.sign("ours")
        assert await call(address, b"", credentials=shown(renewed.file)) == b"whole"


async def test_a_taken_address_is_one_clear_error() -> None:
    """It names the setting."""
    async with serving() as (address, _):
        taken = address.replace("localhost", "127.0.0.1")
        with pytest.raises(ValueError, match=f"Cannot listen on stage.grpc={taken}"):
            grpc_server(taken, SETTINGS, Gate(None), lambda *_: None)  # type: ignore[arg-type]
