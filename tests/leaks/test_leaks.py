"""10,000 known values planted wherever telemetry can carry text: not one leaves the process."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from leaks.app import planted
from leaks.detectors import CASES
from leaks.place import PLACES
from support.full_texts import bytes_in
from support.leaks import Leak, Needles
from support.otlp_receiver import OtlpReceiver, otlp_receiver
from support.processes import BIN, started

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Exported:
    """What left: over the network, to the file, to the audit log, to cold storage, and to standard output and
    error.
    """

    receiver: OtlpReceiver
    file: bytes
    audit: bytes
    content: bytes
    output: bytes

    @property
    def all_bytes(self) -> bytes:
        return b"\n".join((self.receiver.raw_bytes, self.file, self.audit, self.content, self.output))


def run(folder: Path, number: int, case: str, places: Sequence[str] = (), **environment: str) -> Exported:
    """The application under ``opentelemetry-instrument``, with real exporters for all it exports."""
    traces = folder / "traces.jsonl"
    with otlp_receiver() as receiver:
        variables = {
            "OTEL_SERVICE_NAME": "leak-test",
            "OTEL_TRACES_EXPORTER": "otlp,spanwright_file",
            "OTEL_LOGS_EXPORTER": "otlp",
            "OTEL_METRICS_EXPORTER": "otlp",
            "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": "true",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_AND_EVENT",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_BSP_MAX_QUEUE_SIZE": "100000",
            "OTEL_BLRP_MAX_QUEUE_SIZE": "100000",
            "SPANWRIGHT_TRACES_FILE": str(traces),
            "SPANWRIGHT_MASK_AUDIT_DIRECTORY": str(folder / "audit"),
            "SPANWRIGHT_OFFLOAD_URL": str(folder / "content"),
            "SPANWRIGHT_AUDIT_KEY": b64encode(bytes(range(32))).decode(),
            "PYTHONDONTWRITEBYTECODE": "1",
            **CASES[case].environment,
            **before_the_start(number, places),
            **environment,
        }
        command = [str(BIN / "opentelemetry-instrument"), str(BIN / "python"), "-m", "leaks.app"]
        arguments = [str(number), case, *places]
        with started([*command, *arguments], variables, TESTS, folder / "output.txt") as process:
            assert process.wait(120) == 0, process.output[-2000:]
            assert "planted" in process.output
        audit = b"".join(file.read_bytes() for file in sorted(folder.glob("audit/**/*")) if file.is_file())
        written = traces.read_bytes() if traces.exists() else b""
        content = bytes_in(folder / "content")
        return Exported(receiver, written, audit, content, (folder / "output.txt").read_bytes())


def before_the_start(number: int, places: Sequence[str]) -> dict[str, str]:
    """The variables of the places that are filled by variables."""
    variables: dict[str, str] = {}
    for place, group in planted(number, list(places)):
        if place.environment is not None:
            variables |= place.environment(group)
    return variables


def leaked(
    exported: Exported, number: int, places: Sequence[str] = (), detection_fails: bool = False
) -> list[Leak]:
    """The values that left although their place is covered for their kind."""
    looked_for = [
        value
        for place, group in planted(number, list(places))
        for value in group
        if value.kind in place.kinds and not (place.learned and detection_fails)
    ]
    return Needles(looked_for).find(exported.all_bytes)


def told(leaks: Sequence[Leak], number: int, places: Sequence[str] = ()) -> str:
    """Which place leaks what, with the first few values."""
    where = {value: place.name for place, group in planted(number, list(places)) for value in group}
    counts = Counter((where[leak.value], leak.value.kind) for leak in leaks)
    lines = [f"{count} {kind} in {place!r}" for (place, kind), count in counts.most_common()]
    return "\n".join([*lines, *(f"{leak.value.text}: {leak.form} {leak.around!r}" for leak in leaks[:20])])


COVERED = list(PLACES)


@pytest.fixture(scope="module")
def exports(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Exported]]]:
    """The runs of all cases that are asked for, side by side, since some mostly sleep."""
    cases = dict.fromkeys(
        _parameters(item)["case"] for item in request.session.items if "exports" in _fixtures(item)
    )
    with ThreadPoolExecutor(3) as pool:
        yield {
            case: pool.submit(run, tmp_path_factory.mktemp("case"), CASES[case].groups, case, COVERED)
            for case in cases
        }


def _fixtures(item: Any) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _parameters(item: Any) -> dict[str, str]:
    parameters: dict[str, str] = item.callspec.params
    return parameters


@pytest.mark.parametrize("case", CASES)
def test_no_planted_value_leaves(case: str, exports: dict[str, Future[Exported]]) -> None:
    """Not in any byte sent over OTLP, of trace file, audit log and cold storage, and of what is printed."""
    number = CASES[case].groups
    exported = exports[case].result()
    assert len(exported.receiver.spans) >= number / 2
    assert len(exported.receiver.logs) >= number / 9
    assert CASES[case].mark.encode() in exported.receiver.raw_bytes
    assert exported.audit
    assert exported.content
    leaks = leaked(exported, number, COVERED, detection_fails=CASES[case].mark != "[EMAIL]")
    assert not leaks, told(leaks, number, COVERED)


def test_the_search_finds_what_was_not_masked(tmp_path: Path) -> None:
    """Without the pipeline, every value of every place that exports it is found in the same bytes."""
    places = ["attributes of any name", "messages", "event names and attributes", "log bodies", "model calls"]
    exported = run(tmp_path, 20, "as they are", places, SPANWRIGHT_ENABLED="false")
    found = {leak.value for leak in leaked(exported, 20, places)}
    values = {value for _, group in planted(20, places) for value in group}
    assert values <= found
