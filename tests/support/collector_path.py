"""The whole path on one machine: agent, gateways with their stages, a backend. Each part can be killed."""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from spanwright_processors.copies import PROFILES
from support.processes import BIN, Process
from support.stage import free_address

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATIONS = ROOT / "collector-config"
_START_SECONDS = 40.0


class Part:
    """One process of the path, which can be killed and started again where it was."""

    def __init__(
        self, command: list[str], environment: Mapping[str, str], health: str, log: Path, path: str = "/"
    ) -> None:
        self._command = command
        self._environment = environment
        self._url = f"http://{health}{path}"
        self._log = log
        self._starts = 0
        self.process: Process | None = None

    def start(self) -> None:
        self._starts += 1
        log = self._log.with_suffix(f".{self._starts}.log")
        folder = self._log.parent
        self.process = Process(self._command, self._environment, folder, log)
        self.process.until(lambda _: self._is_healthy() or None, _START_SECONDS)

    def kill(self) -> None:
        """As the kernel does it: no farewell."""
        if self.process is not None:
            self.process.kill()

    @property
    def output(self) -> str:
        """What it has said, in all its lives."""
        return "".join(log.read_text() for log in sorted(self._log.parent.glob(f"{self._log.stem}.*.log")))

    def _is_healthy(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(self._url, timeout=1) as answer:
            return bool(answer.status == 200)
        return False


class CollectorPart(Part):
    """A Collector with one of our configurations and these variables of it, without ``COLLECTOR_``."""

    def __init__(self, binary: Path, config: str, folder: Path, name: str, **variables: str) -> None:
        health = free_address()
        environment = {f"COLLECTOR_{key}": value for key, value in variables.items()} | {
            "COLLECTOR_HEALTH": health,
            "COLLECTOR_CONFIG_FOLDER": str(CONFIGURATIONS),
            "COLLECTOR_QUEUE_FOLDER": str(folder / f"{name}-queue"),
        }
        command = [str(binary), "--config", str(CONFIGURATIONS / config)]
        super().__init__(command, environment, health, folder / f"{name}.log")


class StagePart(Part):
    """``spanwright stage`` with a configuration file and these variables of its section ``stage``.

    ``profile``: the backend whose limits it cuts values to, and whose names it copies them to, where it has
    any; unset, what the file says.
    """

    def __init__(
        self, config: Path, folder: Path, name: str, profile: str | None = None, **variables: str
    ) -> None:
        admin = free_address()
        environment = {f"SPANWRIGHT_STAGE_{key}": value for key, value in variables.items()} | {
            "SPANWRIGHT_CONFIG_FILE": str(config),
            "SPANWRIGHT_STAGE_ADMIN": admin,
        }
        if profile is not None:
            environment["SPANWRIGHT_TRUNCATE_PROFILE"] = profile
            environment["SPANWRIGHT_COPY_PROFILE"] = profile if profile in PROFILES else "none"
        command = [str(BIN / "spanwright"), "stage"]
        super().__init__(command, environment, admin, folder / f"{name}.log", "/readyz")


class Gateway:
    """A gateway's Collector, with ``variables`` of its own, and its stage, that send to ``backend``."""

    def __init__(
        self,
        binary: Path,
        folder: Path,
        name: str,
        stage_config: Path,
        backend: str,
        metrics: str,
        **variables: str,
    ) -> None:
        self.grpc = free_address()
        stage, processed = free_address(), free_address()
        self.collector = CollectorPart(
            binary,
            "gateway.yaml",
            folder,
            name,
            OTLP_GRPC=self.grpc,
            OTLP_HTTP=free_address(),
            PROCESSED_GRPC=processed,
            STAGE=stage,
            BACKEND=backend,
            METRICS=metrics,
            METRICS_INTERVAL="500ms",
            **variables,
        )
        self.stage = StagePart(
            stage_config,
            folder,
            f"{name}-stage",
            GRPC=stage,
            NEXT_ENDPOINT=f"http://{processed}",
            WORKERS="1",
        )

    @property
    def parts(self) -> tuple[Part, Part]:
        return self.stage, self.collector


class Export:
    """What reads Kafka for one backend: a Collector, and its stage with settings of its ``next``."""

    def __init__(
        self, binary: Path, folder: Path, name: str, profile: str, kafka: str, **next_hop: str
    ) -> None:
        stage = free_address()
        self.collector = CollectorPart(
            binary, "kafka.yaml", folder, name, NAME=name, KAFKA=f"[{kafka}]", STAGE=stage
        )
        self.stage = StagePart(
            CONFIGURATIONS / "kafka" / "stage.yaml",
            folder,
            f"{name}-stage",
            profile,
            GRPC=stage,
            WORKERS="1",
            **{f"NEXT_{key}": value for key, value in next_hop.items()},
        )

    @property
    def parts(self) -> tuple[Part, Part]:
        return self.stage, self.collector
