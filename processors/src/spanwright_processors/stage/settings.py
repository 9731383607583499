"""Where the stage listens, where it sends, and what it takes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

#: The Collector's own limit for OTLP over HTTP, which is the larger of its two.
_REQUEST_BYTES = 20 * 1024 * 1024
#: Under the 4 MiB that gRPC servers take unless told otherwise.
_NEXT_REQUEST_BYTES = 3_500_000


@dataclass(frozen=True)
class TlsSettings:
    """The certificate the stage shows, and whose certificates it asks for. Files are read again on reload."""

    certificate_file: Path | None = None
    """Certificate chain in PEM. With it, and its key, both listeners speak TLS."""

    key_file: Path | None = None
    """Private key in PEM."""

    client_ca_file: Path | None = None
    """Authorities in PEM that must have signed a sender's certificate (mTLS). Default: no certificate is
    asked for."""

    def __post_init__(self) -> None:
        _check_pair("stage.tls", self.certificate_file, self.key_file)
        if self.client_ca_file is not None and self.certificate_file is None:
            raise ValueError(
                "Cannot use stage.tls.client_ca_file: there is no certificate of the stage's own. "
                "Set stage.tls.certificate_file and stage.tls.key_file too."
            )


@dataclass(frozen=True)
class NextHopSettings:
    """Who gets what has gone through the steps."""

    endpoint: str = ""
    """Address of an OTLP receiver, such as `http://gateway:4317`; `https://` for TLS. For `http/protobuf`
    the base, to which `/v1/traces` and `/v1/logs` are added. Required."""

    protocol: Literal["grpc", "http/protobuf"] = "grpc"
    """How to speak to it."""

    headers: Mapping[str, str] = field(default_factory=dict, metadata={"secret": True})
    """Headers (gRPC: metadata) of every request, such as an API key."""

    bearer_token_file: Path | None = None
    """File with a token to send as `Authorization: Bearer`; read again when it changes."""

    ca_file: Path | None = None
    """Authorities in PEM that its certificate is checked against. Default: those of the system."""

    certificate_file: Path | None = None
    """The stage's certificate in PEM, where the next hop asks for one (mTLS)."""

    key_file: Path | None = None
    """Its private key in PEM."""

    compression: Literal["gzip", "none"] = "none"
    """Whether requests are compressed. Between containers of one host or cluster that costs more than it
    saves."""

    timeout_ms: int = 10_000
    """How long one request to it may take."""

    max_request_bytes: int = _NEXT_REQUEST_BYTES
    """What has grown over this is sent on in several requests."""

    def __post_init__(self) -> None:
        _check_pair("stage.next", self.certificate_file, self.key_file)
        for name, least in (("timeout_ms", 1), ("max_request_bytes", 10_000)):
            _at_least(f"next.{name}", getattr(self, name), least)
        parts = urlsplit(self.endpoint)
        if self.endpoint and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(
                f"Cannot use stage.next.endpoint={self.endpoint}: it is no address with a scheme. "
                "Write it as http://host:4317, or https://host:4317 for TLS."
            )

    @property
    def is_tls(self) -> bool:
        return self.endpoint.startswith("https://")


@dataclass(frozen=True)
class SamplingSettings:
    """Which traces are kept. Every span gets `spanwright.sampling.kept`, so that metrics are made of all of
    them, and a filter behind that takes out the rest."""

    share: float = 1.0
    """Share of traces that are kept whatever is in them, by their ids. 1: all, and nothing is marked."""

    errors: bool = True
    """Keep traces with a failed span, or an outcome other than success."""

    reviewed: bool = True
    """Keep traces in which a person was asked, or a guardrail stepped in."""

    cost_usd: float | None = None
    """Keep traces that cost more."""

    score_below: float | None = None
    """Keep traces whose last retrieval's first chunk scores lower, normalised: 0.5 is nothing in common, 1
    the same direction, so that one limit serves all stores. A cosine similarity of 0.72 is 0.86."""

    raw_score_below: float | None = None
    """The same for the score as the store gives it; of use where all stores measure alike, by a
    similarity."""

    slower_than_ms: int | None = None
    """Keep traces with a span that took longer."""

    drop: bool = False
    """Take the others out here, where no filter stands behind the stage."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(
                f"Cannot use stage.sampling.share={self.share}: it is no share. Set a number from 0 to 1."
            )


@dataclass(frozen=True)
class StageSettings:
    """`spanwright stage`: the steps as an OTLP service in the Collector's path."""

    grpc: str | None = "127.0.0.1:4327"
    """Where OTLP/gRPC is received; `none` for nowhere."""

    http: str | None = "127.0.0.1:4328"
    """Where OTLP/HTTP (protobuf) is received; `none` for nowhere."""

    admin: str | None = "127.0.0.1:13134"
    """Where `/healthz`, `/readyz` and `/metrics` are served, without TLS or token; `none` for nowhere."""

    tls: TlsSettings = field(default_factory=TlsSettings)

    bearer_tokens_file: Path | None = None
    """File with one token a line; a sender must show one of them as `Authorization: Bearer`. Read again on
    reload, so that tokens can be rotated. Default: no token is asked for."""

    next: NextHopSettings = field(default_factory=NextHopSettings)

    sampling: SamplingSettings = field(default_factory=SamplingSettings)

    workers: int = 0
    """Processes that run the steps. 0: one for each core."""

    max_request_bytes: int = _REQUEST_BYTES
    """A larger request, measured after decompression, is refused for good."""

    max_waiting_bytes: int = 256 * 1024 * 1024
    """Requests taken in and not answered yet. Above this a sender is asked to come again."""

    max_connections: int = 1024
    """Connections to each of the two listeners."""

    max_processing_ms: int = 60_000
    """How long the steps may take over one request. Then its worker is replaced and the sender asked to come
    again; the second time its content is dropped."""

    group_wait_ms: int = 0
    """How long spans are held for the rest of their trace, so that its totals are right in whatever order
    they come; half a second after its root, a trace goes on. Senders wait so long for the answer, and keep
    the spans until then. 0: not at all."""

    drain_ms: int = 10_000
    """How long requests under way may take once the stage was told to end."""

    reload_check_ms: int = 5_000
    """How often the configuration file is looked at for changes; 0: only on SIGHUP. Addresses and limits
    need a restart."""

    def __post_init__(self) -> None:
        least = {
            "workers": 0, "max_request_bytes": 1, "max_waiting_bytes": 1, "max_connections": 1,
            "max_processing_ms": 1, "drain_ms": 0, "group_wait_ms": 0, "reload_check_ms": 0,
        }  # fmt: skip
        for name, minimum in least.items():
            _at_least(name, getattr(self, name), minimum)
        for name in ("grpc", "http", "admin"):
            address = getattr(self, name)
            if address == "none":  # in a file, where null means unset
                object.__setattr__(self, name, None)
            elif address is not None and split_address(address) is None:
                raise ValueError(
                    f"Cannot use stage.{name}={address}: it is no address. Write it as host:port."
                )

    @property
    def worker_count(self) -> int:
        return self.workers or len(os.sched_getaffinity(0))


def split_address(address: str) -> tuple[str, int] | None:
    """Host and port of ``host:port`` or ``[host]:port``; None for anything else."""
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) < 65536):
        return None
    return host, int(port)


def _check_pair(section: str, certificate_file: Path | None, key_file: Path | None) -> None:
    if (certificate_file is None) != (key_file is None):
        missing = "key_file" if key_file is None else "certificate_file"
        raise ValueError(f"Cannot use {section}: {missing} is missing. Set certificate_file and key_file.")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ValueError(f"Cannot use stage.{name}={value}: it is less than {least}. Set {least} or more.")
