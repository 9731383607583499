"""A real Apache Kafka broker on loopback, from the artefacts that Kafka publishes for Maven."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import uuid
from contextlib import suppress
from pathlib import Path

from support.processes import Process
from support.stage import free_address

_ROOT = Path(__file__).resolve().parents[2]
_PROJECT = Path(__file__).with_suffix(".xml")
_DOWNLOAD_SECONDS = 300
_START_SECONDS = 60.0
PARTITIONS = 4


class KafkaMissingError(Exception):
    """There is no broker to be had here; the message says what is missing."""


def kafka_libraries() -> Path:
    """The folder of the broker's archives, 43 MB, collected by Maven when it is first needed."""
    for command in ("java", "mvn"):
        if shutil.which(command) is None:
            raise KafkaMissingError(f"Kafka needs Java, and Maven to get it: no '{command}' on PATH")
    folder = _ROOT / ".build" / f"kafka-{hashlib.sha256(_PROJECT.read_bytes()).hexdigest()[:12]}"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _collect(folder)
    return folder


def _collect(folder: Path) -> None:
    made = folder.with_suffix(".part")
    command = ["mvn", "-q", "-B", "-f", str(_PROJECT), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={made}", "-DincludeScope=runtime"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise KafkaMissingError("Maven did not get Kafka's artefacts in time") from error
    if ran.returncode:
        raise KafkaMissingError(f"Maven cannot get Kafka's artefacts: {ran.stdout[-500:]}")
    made.rename(folder)


class Kafka:
    """One broker that is its own controller. It can be killed and started again with what it has stored."""

    def __init__(self, libraries: Path, folder: Path) -> None:
        self.address = free_address()
        self._folder = folder / "kafka"
        self._folder.mkdir()
        self._java = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{libraries}/*"]
        self._java.append("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
        self._properties = self._folder / "server.properties"
        self._properties.write_text(self._settings(free_address()))
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [
            *self._java,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            cluster,
            "-c",
            str(self._properties),
        ]
        subprocess.run(command, check=True, capture_output=True)
        self._starts = 0
        self._process: Process | None = None

    def start(self) -> None:
        self._starts += 1
        log = self._folder / f"broker.{self._starts}.log"
        command = [*self._java, "kafka.Kafka", str(self._properties)]
        self._process = Process(command, {"PATH": os.environ["PATH"]}, self._folder, log)
        self._process.until(lambda _: self._listens() or None, _START_SECONDS)

    def kill(self) -> None:
        """As the kernel does it."""
        if self._process is not None:
            self._process.kill()

    @property
    def pid(self) -> int:
        """Of the broker that runs."""
        if self._process is None:
            raise AssertionError("the broker was not started")
        return self._process.pid

    @property
    def partitions_used(self) -> int:
        """How many partitions of the traces' topic have messages."""
        logs = self._folder.glob("data/spanwright.traces-*/*.log")
        return len({log.parent for log in logs if log.stat().st_size})

    def _settings(self, controller: str) -> str:
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self._folder / "data"),
            "num.partitions": str(PARTITIONS),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "1",
            "group.initial.rebalance.delay.ms": "0",
        }
        return "".join(f"{key}={value}\n" for key, value in settings.items())

    def _listens(self) -> bool:
        host, _, port = self.address.rpartition(":")
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False
