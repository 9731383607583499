"""The whole path with real parts: what each of them carries, spans for a second of its CPU.

Requests of 100 spans (four in a trace, two texts of 1.9 kB in a span) go to an agent, by trace id to two
gateways with a stage each, all steps, every trace kept, and to a receiver; then again with Kafka behind the
gateways and what reads it for one backend. Needs Go; Kafka's part needs Java and Maven.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml
from support.collector_path import CONFIGURATIONS, CollectorPart, Export, Gateway, Part
from support.kafka import Kafka, KafkaMissingError, kafka_libraries
from support.stage import free_address, http_receiver

from .measure import Row
from .otlp_load import SPANS, Sink, cpu_seconds, request, send, sink

_WARM = 10
#: Detection engines are compiled behind the first requests.
_SETTLE_SECONDS = 10.0
_ARRIVAL_SECONDS = 600.0

Parts = dict[str, list[Part]]


def rows(quick: bool) -> list[Row]:
    built = subprocess.run([CONFIGURATIONS / "build.sh"], capture_output=True, text=True, check=False)
    if built.returncode:
        return []
    binary = Path(built.stdout.strip())
    count = 20 if quick else 200
    found = _measured(binary, None, count)
    try:
        fan_out = _measured(binary, kafka_libraries(), count)
    except KafkaMissingError:
        fan_out = {}
    found |= {f"{name}, with Kafka": rate for name, rate in fan_out.items() if name in ("gateways", "all")}
    found |= {name: rate for name, rate in fan_out.items() if name not in found and name != "all"}
    baseline = "stages"
    return [
        Row("path", name, rate, "spans/s a core", baseline, rate / found[baseline])
        if name != baseline
        else Row("path", name, rate, "spans/s a core")
        for name, rate in found.items()
    ]


def _measured(binary: Path, libraries: Path | None, count: int) -> dict[str, float]:
    """Spans for a second of CPU of each kind of part, and of all together."""
    with tempfile.TemporaryDirectory() as folder, sink() as receiver:
        path = _path(binary, libraries, Path(folder), receiver)
        with path as (address, parts, kafka):
            bodies = [request(number) for number in range(count + _WARM)]
            _through(address, bodies[:_WARM], receiver)
            time.sleep(_SETTLE_SECONDS)
            before = _cpu(parts, kafka)
            _through(address, bodies[_WARM:], receiver)
            after = _cpu(parts, kafka)
    used = {name: after[name] - before[name] for name in after}
    used["all"] = sum(used.values())
    return {name: count * SPANS / seconds for name, seconds in used.items()}


def _through(address: str, bodies: list[bytes], receiver: Sink) -> None:
    expected = receiver.spans + len(bodies) * SPANS
    send(address, bodies)
    deadline = time.monotonic() + _ARRIVAL_SECONDS
    while receiver.spans < expected:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Cannot measure the path: {expected - receiver.spans} spans did not arrive.")
        time.sleep(0.05)


def _cpu(parts: Parts, kafka: Kafka | None) -> dict[str, float]:
    seconds = {
        name: sum(cpu_seconds(part.process.pid) for part in of_a_kind if part.process)
        for name, of_a_kind in parts.items()
    }
    return seconds | ({"Kafka": cpu_seconds(kafka.pid)} if kafka else {})


@contextmanager
def _path(
    binary: Path, libraries: Path | None, folder: Path, receiver: Sink
) -> Iterator[tuple[str, Parts, Kafka | None]]:
    """Where to send, what runs, and the broker, where it does."""
    with ExitStack() as ends:
        metrics = ends.enter_context(http_receiver())
        kafka = Kafka(libraries, folder) if libraries else None
        variables: dict[str, str] = {}
        if kafka:
            ends.callback(kafka.kill)
            kafka.start()
            variables = {"EXPORTER": "kafka", "KAFKA": f"[{kafka.address}]"}
        config = _stage_configuration(folder)
        gateways = [
            Gateway(binary, folder, f"gateway-{number}", config, receiver.address, metrics.url, **variables)
            for number in range(2)
        ]
        otlp = free_address()
        agent = CollectorPart(
            binary,
            "agent.yaml",
            folder,
            "agent",
            OTLP_GRPC=otlp,
            OTLP_HTTP=free_address(),
            GATEWAYS="[" + ", ".join(gateway.grpc for gateway in gateways) + "]",
        )
        parts: Parts = {
            "stages": [gateway.stage for gateway in gateways],
            "gateways": [gateway.collector for gateway in gateways],
            "agent": [agent],
        }
        if kafka:
            endpoint = f"http://{receiver.address}"
            export = Export(binary, folder, "backend", "tempo", kafka.address, ENDPOINT=endpoint)
            parts |= {"export: stage": [export.stage], "export: Collector": [export.collector]}
        for part in (part for of_a_kind in parts.values() for part in of_a_kind):
            ends.callback(part.kill)
            part.start()
        yield otlp, parts, kafka


def _stage_configuration(folder: Path) -> Path:
    """That of the gateways, with every trace kept and a shorter wait."""
    stage = yaml.safe_load((CONFIGURATIONS / "gateway" / "stage.yaml").read_text())["stage"]
    del stage["sampling"], stage["grpc"], stage["next"]["endpoint"]
    file = folder / "stage.yaml"
    file.write_text(yaml.safe_dump({"stage": stage | {"group_wait_ms": 2000}}))
    return file
