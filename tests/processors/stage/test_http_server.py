"""OTLP over HTTP, as its specification has it, and closed against what is hostile."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from spanwright_processors.stage.answer import Answer, Outcome
from spanwright_processors.stage.gate import Gate
from spanwright_processors.stage.http_server import HttpServer, otlp_application
from spanwright_processors.stage.settings import StageSettings, TlsSettings
from spanwright_processors.stage.signals import Signal
from spanwright_processors.stage.tls import ServerTls
from support.certificates import Authority
from support.stage import free_address

PROTOBUF = {"Content-Type": "application/x-protobuf"}
SETTINGS = StageSettings(max_request_bytes=1000)
WHOLE = Answer(Outcome.ACCEPTED, body=b"whole")


class Told:
    """Answers every request alike and keeps what came."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.received: list[tuple[Signal, str, bytes]] = []

    async def export(self, signal: Signal, transport: str, body: bytes) -> Answer:
        self.received.append((signal, transport, body))
        return self.answer


@asynccontextmanager
async def serving(
    answer: Answer = WHOLE,
    settings: StageSettings = SETTINGS,
    gate: Gate | None = None,
) -> AsyncIterator[tuple[str, Told]]:
    told = Told(answer)
    address = free_address()
    application = otlp_application(settings, gate or Gate(None), told.export)
    server = HttpServer("http", address, application, settings)
    server.start(ServerTls(settings).context)
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection(*address.split(":"))
                break
            except OSError:
                await asyncio.sleep(0.01)
    writer.close()
    try:
        yield f"http://{address}", told
    finally:
        await server.stop()


async def post(url: str, body: bytes = b"", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient() as client:
        return await client.post(url, content=body, headers={**PROTOBUF, **named})


async def test_both_signals_plain_and_compressed() -> None:
    """The body comes as it was before compression; the answer is the next hop's."""
    async with serving() as (base, told):
        for signal in Signal:
            plain = await post(base + signal.http_path, b"body")
            packed = await post(base + signal.http_path, gzip.compress(b"body"), Content_Encoding="gzip")
            for response in (plain, packed):
                assert (response.status_code, response.content) == (200, b"whole")
                assert response.headers["content-type"] == "application/x-protobuf"
    assert told.received == [(signal, "http", b"body") for signal in Signal for _ in range(2)]


async def test_errors_are_in_the_protocols_own_words() -> None:
    """A status message, and when to come again in both places where senders look."""
    async with serving(Answer(Outcome.BUSY, "full", 7.0)) as (base, _):
        response = await post(base + "/v1/traces")
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    status = Status.FromString(response.content)
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    assert (status.code, status.message, info.retry_delay.seconds) == (14, "full", 7)


async def test_what_is_no_otlp_request_is_refused() -> None:
    """Other paths, methods, types and encodings; nothing of it is processed."""
    async with serving() as (base, told):
        url = base + "/v1/traces"
        assert (await post(base + "/v1/metrics")).status_code == 404
        assert (await post(url, Content_Type="application/json")).status_code == 415
        assert (await post(url, Content_Encoding="br")).status_code == 415
        assert (await post(url, b"no gzip", Content_Encoding="gzip")).status_code == 400
        assert (await post(url, gzip.compress(b"cut")[:-4], Content_Encoding="gzip")).status_code == 400
        async with httpx.AsyncClient() as client:
            assert (await client.get(url)).status_code == 405
    assert told.received == []


async def test_what_is_too_large_is_refused_while_it_comes() -> None:
    """Also what only becomes large when decompressed: 40 MB out of 40 kB."""
    async with serving() as (base, told):
        url = base + "/v1/traces"
        assert (await post(url, b"x" * 1000)).status_code == 200
        assert (await post(url, b"x" * 1001)).status_code == 413
        bomb = gzip.compress(b"\0" * 40_000_000)
        assert (await post(url, bomb, Content_Encoding="gzip")).status_code == 413
    assert len(told.received) == 1


async def test_only_those_with_a_token(tmp_path: Path) -> None:
    """The body of others is not even read."""
    file = tmp_path / "tokens"
    file.write_text("secret")
    async with serving(gate=Gate(file)) as (base, told):
        refused = await post(base + "/v1/traces", b"a")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert (await post(base + "/v1/traces", b"b", Authorization="Bearer secret")).status_code == 200
    assert [body for _, _, body in told.received] == [b"b"]


async def test_tls_with_certificates_of_senders(tmp_path: Path) -> None:
    """Who shows none is not let in."""
    authority = Authority(tmp_path)
    ours, theirs = authority.sign("ours"), authority.sign("theirs")
    tls = TlsSettings(ours.certificate, ours.key, authority.file)
    async with serving(settings=replace(SETTINGS, tls=tls)) as (base, _):
        url = base.replace("http://127.0.0.1", "https://localhost") + "/v1/traces"
        context = ssl.create_default_context(cafile=authority.file)
        context.load_cert_chain(theirs.certificate, theirs.key)
        async with httpx.AsyncClient(verify=context) as client:
            assert (await client.post(url, headers=PROTOBUF)).status_code == 200
        async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=authority.file)) as client:
            with pytest.raises(httpx.HTTPError):
                await client.post(url, headers=PROTOBUF)


async def test_a_taken_address_is_one_clear_error() -> None:
    """It names the setting."""
    async with serving() as (base, told):
        address = base.removeprefix("http://")
        with pytest.raises(
            ValueError, match=f"Cannot listen on stage.http={address}: Address already in use"
        ):
            HttpServer("http", address, otlp_application(SETTINGS, Gate(None), told.export), SETTINGS)
