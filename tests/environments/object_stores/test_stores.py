"""Full texts in S3 and Google's store: stored, found, shared, erased and deleted, as in a folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from spanwright_processors.counters import Counters
from spanwright_processors.offload.erasure import Erasure, erase
from spanwright_processors.offload.error import MissingError, PlaceError
from spanwright_processors.offload.layout import referred
from spanwright_processors.offload.offloader import Offloader
from spanwright_processors.offload.place import Place, opened
from spanwright_processors.offload.prompt_registry import prompts
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.retention import purge
from spanwright_processors.offload.settings import OffloadSettings
from support.full_texts import conversation, full_text, hexed

AGO = (time.time() - 1_790_000_000) / 86_400


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of S3's interface with an empty bucket, that s3fs goes to."""
    conf: dict[str, Any] = pytest.importorskip("fsspec.config").conf
    server: Any = pytest.importorskip("moto.moto_server.threaded_moto_server").ThreadedMotoServer(port=0)
    os.environ |= {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    server.start()
    _, port = server.get_host_and_port()
    conf["s3"] = {"endpoint_url": f"http://127.0.0.1:{port}"}
    import_module("fsspec").filesystem("s3").mkdir("bucket")
    yield conf["s3"]["endpoint_url"]
    server.stop()


@pytest.fixture(scope="module")
def google() -> Iterator[None]:
    """The same of Google's, for gcsfs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {
        "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port}",
        "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",  # else it asks the real service what the bucket is
    }
    emulator: Any = pytest.importorskip("gcp_storage_emulator.server")
    server = emulator.create_server("127.0.0.1", port, in_memory=True, default_bucket="bucket")
    server.start()
    import_module("fsspec.config").conf["gs"] = {"token": "anon", "project": "p"}
    yield
    server.stop()


@pytest.fixture(params=["s3", "gs"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    request.getfixturevalue({"s3": "address", "gs": "google"}[request.param])
    place = opened(f"{request.param}://bucket/of/prompts")
    yield place
    place.delete_folder("")


def kept(place: Place, tmp_path: Path, *spans: Any) -> list[str | None]:
    settings = OffloadSettings(url=place.url, spool=tmp_path / "spool")
    one = Offloader(settings, counters=Counters(), linger_seconds=0)
    refs = [one.keep(span.trace_id, span.span_id, span.user, span) for span in spans]
    assert one.close(30.0)
    return refs


def test_a_place_like_any_other(place: Place) -> None:
    """Objects, listings, many at once, and what is not there."""
    place.put({f"day/texts/{number % 3}/{number}": b"x" * number for number in range(30)})
    assert len(place.names("day/texts")) == 30
    assert (place.folders(), place.folders("day/texts")) == (["day"], ["0", "1", "2"])
    everything = dict(place.get_all([*place.names("day"), "day/none"]))
    assert everything["day/texts/2/29"] == b"x" * 29
    assert len(everything) == 30
    with pytest.raises(MissingError):
        place.get("day/none")
    place.delete(["day/none", "day/texts/0/0"])
    place.delete_folder("day/texts/1")
    assert len(place.names("")) == 30 - 1 - 10
    assert place.names("other") == place.folders("other") == []


def test_from_keeping_to_erasing(place: Place, tmp_path: Path) -> None:
    """A conversation's requests are stored once, rebuilt exactly, and erased with what only they have."""
    spans = [
        full_text(conversation(turn), turn, user=f"user {turn % 2}", prompt="ab" * 32, days=AGO)
        for turn in range(1, 21)
    ]
    refs = kept(place, tmp_path, *spans)
    assert [referred(str(ref)) is not None for ref in refs] == [True] * 20
    assert str(refs[0]).startswith(f"{place.url}/20")
    for turn in (1, 10, 20):
        (one,) = trace_texts(place, hexed(turn))
        assert (one.missing, one.span.value("gen_ai.input.messages")) == ((), conversation(turn))
    (day,) = (folder for folder in place.folders() if folder.startswith("20"))
    assert len(place.names(f"{day}/texts")) == 1 + 2 * 20 + 1
    assert [prompt.sha256 for prompt in prompts(place)] == ["ab" * 32]
    assert erase(place, Erasure(users=frozenset({"user 0"}))).traces == 10
    assert trace_texts(place, hexed(20)) == []
    (one,) = trace_texts(place, hexed(19))
    assert one.missing == ()
    assert erase(place, Erasure(users=frozenset({"user 1"}))).traces == 10
    assert place.folders() == ["erasures"]


def test_old_days_are_deleted(place: Place) -> None:
    """As folders, though a bucket has none."""
    place.put({"2020-01-01/texts/aa/aa.zst": b"", "2020-01-01/traces/x/y.zst": b""})
    assert purge(place, 30, 400).days == ["2020-01-01"]
    assert [name for name in place.names("") if name.startswith("2020-01-01/")] == []


def test_forked_processes(place: Place, tmp_path: Path) -> None:
    """Each has connections of its own, although its parent has stored something already."""
    kept(place, tmp_path, full_text(days=AGO))
    pid = os.fork()
    if not pid:
        try:
            kept(place, tmp_path, full_text("child " * 30, 2, days=AGO))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert len(trace_texts(place, hexed(2))) == 1


def test_a_bucket_that_is_not_there(address: str) -> None:
    """Is named, without what was sent."""
    with pytest.raises(PlaceError, match=r"^Cannot reach s3://none/prompts: "):
        opened("s3://none/prompts").put({"a": b"secret"})


ENDING = """
    import sys
    from pathlib import Path
    sys.path[:0] = sys.argv[3:]
    from fsspec.config import conf
    conf["s3"] = {"endpoint_url": sys.argv[1]}
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from spanwright_processors import attach
    from spanwright_processors.chain import StepChain
    from spanwright_processors.steps.offload import Offload, OffloadSettings

    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    settings = OffloadSettings(url="s3://bucket/ended", spool=Path(sys.argv[2]))
    attach(provider, StepChain([Offload(settings)]))
    with provider.get_tracer("t").start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.input.messages", "the last words" * 50)
        print(format(span.get_span_context().trace_id, "032x"))
"""


def test_the_end_of_a_program(address: str, tmp_path: Path) -> None:
    """What is exported as the process ends is stored then: its disk may go with it."""
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(ENDING))
    command = [sys.executable, str(script), address, str(tmp_path / "spool")]
    ran = subprocess.run([*command, "tests"], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == ""
    (one,) = trace_texts(opened("s3://bucket/ended"), ran.stdout.strip())
    assert one.span.value("gen_ai.input.messages") == "the last words" * 50
    assert list((tmp_path / "spool").iterdir()) == []
