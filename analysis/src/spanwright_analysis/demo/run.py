"""Runs the bot as any application is run: by ``opentelemetry-instrument``, with nothing but environment
variables.
"""

from __future__ import annotations

import codecs
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..file_exporter import TRACES_FILE_VARIABLE
from .server import running_server

BOT_MODULE = "spanwright_analysis.demo.bot"

#: What the bot puts before the order system's program, so that it is observed as well.
_LAUNCHER_VARIABLE = "SPANWRIGHT_DEMO_ORDERS"

#: Seconds that the bot may take; it needs about five.
PATIENCE = 120.0

_RESOURCE = "service.version=1.4.0,deployment.environment.name=demo"


class DemoError(RuntimeError):
    """The demo cannot run. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a run leaves behind in ``folder``, which is made anew for each run."""

    folder: Path

    @property
    def traces(self) -> Path:
        return self.folder / "traces.jsonl"

    @property
    def content(self) -> Path:
        """The full texts, as ``spanwright content`` reads them."""
        return self.folder / "content"

    @property
    def log(self) -> Path:
        """What the bot's process wrote to standard error."""
        return self.folder / "bot.log"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in (self.traces, self.log):
            file.unlink(missing_ok=True)
        shutil.rmtree(self.content, ignore_errors=True)


def bot_environment(given: Mapping[str, str], files: DemoFiles, base_url: str | None) -> dict[str, str]:
    """The environment of the bot's process: the caller's, completed where it leaves things open.

    ``base_url`` is the bundled server's, None where the provider itself is asked. Spans go to the file, and
    besides to wherever the caller's own ``OTEL_*`` variables say.
    """
    defaults = {
        "OTEL_SERVICE_NAME": "larkspur-support-bot",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "SPANWRIGHT_HASH_KEY": "the demo's key, not a secret",
        "SPANWRIGHT_OFFLOAD_URL": str(files.content.resolve()),
        "PYTHONUNBUFFERED": "1",
    }
    environment = defaults | dict(given)
    environment.pop("OTEL_CONFIG_FILE", None)  # it would take the place of every variable set here
    environment["OTEL_TRACES_EXPORTER"] = ",".join(_exporters(given))
    environment["OTEL_RESOURCE_ATTRIBUTES"] = ",".join(
        filter(None, (_RESOURCE, given.get("OTEL_RESOURCE_ATTRIBUTES")))
    )
    environment[TRACES_FILE_VARIABLE] = str(files.traces.resolve())
    if base_url is not None:
        environment |= {
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": "no-key-needed",
            "NO_PROXY": "127.0.0.1",
        }
    return environment


def run_bot(files: DemoFiles, environment: Mapping[str, str]) -> Iterator[str]:
    """Runs the bot and yields its standard output as it arrives. Raises ``DemoError`` if it fails."""
    instrument = _instrument_command()
    command = [instrument, sys.executable, "-m", BOT_MODULE]
    environment = {**environment, _LAUNCHER_VARIABLE: instrument}
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pipe = subprocess.PIPE
    with (
        files.log.open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=pipe, stderr=log) as process,
    ):
        assert process.stdout is not None
        try:
            while data := os.read(process.stdout.fileno(), 4096):
                yield decoder.decode(data)
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"Cannot finish the demo: the bot hangs. See {files.log}.") from error
        finally:
            process.kill()
    if process.returncode != 0:
        last = files.log.read_text(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise DemoError(f"Cannot finish the demo: the bot stopped with {last[0]} See {files.log}.")
    if not files.traces.is_file():
        raise DemoError(f"Cannot show the demo's traces: no span was exported. See {files.log}.")


@contextmanager
def provider(environment: Mapping[str, str], pace: float = 1.0) -> Iterator[str | None]:
    """The base URL of the bundled server, which runs meanwhile; None where ``OPENAI_API_KEY`` opens the real
    one.
    """
    if environment.get("OPENAI_API_KEY"):
        yield None
        return
    with running_server(pace) as server:
        yield server.base_url


def _exporters(given: Mapping[str, str]) -> list[str]:
    chosen = given.get("OTEL_TRACES_EXPORTER") or ("otlp" if _has_endpoint(given) else "")
    return ["spanwright_file", *(name for name in chosen.split(",") if name and name != "none")]


def _has_endpoint(given: Mapping[str, str]) -> bool:
    return bool(given.get("OTEL_EXPORTER_OTLP_ENDPOINT") or given.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))


def _instrument_command() -> str:
    command = Path(sys.executable).with_name("opentelemetry-instrument")
    if not command.is_file():
        raise DemoError(
            f"Cannot run the demo: {command} is missing. Install the demo's parts: pip install"
            f" 'spanwright[demo]'."
        )
    return str(command)
