"""The store's settings: variables ``SPANWRIGHT_STORE_…``, over which the command's options stand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanwright_processors.config.keys import build, keys_of
from spanwright_processors.config.values import Text, UnusableValueError, convert
from spanwright_processors.stage.settings import StageSettings, TlsSettings

from .error import StoreError

_SECTION = "store"


@dataclass(frozen=True)
class EmbeddingSettings:
    """What makes embeddings of query texts. Without a model, none are made."""

    model: str = ""
    """Name of the model, by which vectors are kept apart."""

    endpoint: str = ""
    """Base address of an API as OpenAI has it, such as `https://api.openai.com/v1`; `/embeddings` is added.
    Empty: the model is run here by fastembed, where that is installed."""

    api_key: str = field(default="", metadata={"secret": True})
    """Sent to the endpoint as `Authorization: Bearer`."""


@dataclass(frozen=True)
class StoreSettings:
    """`spanwright store`: where spans are kept, and how they are received."""

    url: str = field(default="", metadata={"secret": True})
    """`postgresql://user@host/database` as libpq has it, or the path of a folder for Parquet files."""

    schema: str = ""
    """Schema of PostgreSQL that the tables are in. Default: the connection's own, mostly `public`."""

    grpc: str | None = "127.0.0.1:4317"
    """Where OTLP/gRPC is received; `none` for nowhere."""

    http: str | None = "127.0.0.1:4318"
    """Where OTLP/HTTP (protobuf) is received; `none` for nowhere."""

    admin: str | None = "127.0.0.1:13135"
    """Where `/healthz`, `/readyz` and `/metrics` are served, without TLS or token; `none` for nowhere."""

    tls: TlsSettings = field(default_factory=TlsSettings)

    bearer_tokens_file: Path | None = None
    """File with one token a line; a sender must show one of them as `Authorization: Bearer`."""

    max_request_bytes: int = 20 * 1024 * 1024
    """A larger request, measured after decompression, is refused for good."""

    max_waiting_bytes: int = 256 * 1024 * 1024
    """Requests taken in and not committed yet. Above this a sender is asked to come again."""

    max_connections: int = 1024
    """Connections to each of the listeners."""

    commit_ms: int = 200
    """How long requests are gathered for one commit; senders wait so long for their answer."""

    retain_every_ms: int = 3_600_000
    """How often what is past the retention is deleted while the store is served; 0: never."""

    drain_ms: int = 10_000
    """How long requests under way may take once the store was told to end."""

    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)

    def __post_init__(self) -> None:
        for name in ("commit_ms", "retain_every_ms"):
            if getattr(self, name) < 0:
                raise ValueError(
                    f"Cannot use store.{name}={getattr(self, name)}: it is less than 0. Set 0 or more."
                )
        self.listening()

    def listening(self) -> StageSettings:
        """The same as settings of the stage, whose servers receive for the store. Raises ``ValueError``."""
        shared = ("grpc", "http", "admin", "tls", "bearer_tokens_file", "max_request_bytes",
                  "max_waiting_bytes", "max_connections", "drain_ms")  # fmt: skip
        try:
            return StageSettings(**{name: getattr(self, name) for name in shared})
        except ValueError as error:
            raise ValueError(as_stores(str(error))) from error


def load_settings(environ: Mapping[str, str] | None = None, **options: Any) -> StoreSettings:
    """The settings; ``options`` that are not None stand over the environment. Raises ``StoreError``."""
    environ = os.environ if environ is None else environ
    values: dict[tuple[str, ...], Any] = {}
    for key in keys_of(StoreSettings, (_SECTION,)):
        given = environ.get(key.variable, "").strip()
        option = options.get("_".join(key.path[1:]))
        if option is None and not given:
            continue
        try:
            values[key.path] = convert(Text(option if option is not None else given), key.hint)
        except UnusableValueError as error:
            shown = key.variable if key.secret else f'{key.variable}="{given}"'
            raise StoreError(f"Cannot use {shown}: {error.why}. {error.instead}.") from error
    try:
        settings: StoreSettings = build(StoreSettings, values, (_SECTION,))
    except ValueError as error:
        raise StoreError(as_stores(str(error))) from error
    return settings


def as_stores(message: str) -> str:
    """A message of the stage's servers about the store's keys."""
    return message.replace("stage.", "store.").replace("The stage", "The store")
