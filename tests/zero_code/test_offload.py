"""Cold storage under a server of several processes, set up by environment variables alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.offload.layout import referred
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.spool import waiting
from support.full_texts import bytes_in
from support.otlp_receiver import OtlpReceiver, ReceivedSpan
from support.processes import Run
from zero_code.apps.call import SECRET
from zero_code.test_servers import SELDOM, serve_calls


def check_texts(folder: Path, spans: list[ReceivedSpan]) -> None:
    """Every span's reference leads to the text that was exported, the message they share is there once."""
    place = FolderPlace(folder)
    for span in spans:
        where = referred(str(span.attributes["spanwright.content.ref"]))
        assert where is not None
        (one,) = trace_texts(place, where[1], where[2], folder / "spool")
        assert (one.missing, one.is_waiting) == ((), False)
        assert one.span.value("gen_ai.input.messages") == span.attributes["gen_ai.input.messages"]
    (day,) = {name[:10] for name in place.names("") if name.startswith("20")}
    assert len(place.names(f"{day}/texts")) == 1
    assert list(waiting(folder / "spool")) == []
    assert SECRET.encode() not in bytes_in(folder)


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["plain", "preload"])
def test_gunicorn(run: Run, receiver: OtlpReceiver, tmp_path: Path, options: tuple[str, ...]) -> None:
    """The texts of all workers, those of their last moments too, are stored when the server has stopped."""
    server = run(
        *("gunicorn", "zero_code.apps.wsgi_app:app", "--bind", "127.0.0.1:0", "--workers", "2", *options),
        SPANWRIGHT_OFFLOAD_URL=str(tmp_path / "texts"),
        **SELDOM,
    )
    workers, asked = serve_calls(server)
    assert len(receiver.spans) == asked + (1 if options else len(workers))
    check_texts(tmp_path / "texts", receiver.spans)


def test_a_short_program(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """What a program does in its last moment is stored as well, and nothing is said."""
    app = run("python", "zero_code/apps/plain.py", "3", SPANWRIGHT_OFFLOAD_URL=str(tmp_path / "texts"))
    assert app.wait() == 0
    assert app.output == "application done\n"
    assert len(receiver.spans) == 3
    check_texts(tmp_path / "texts", receiver.spans)


def test_a_store_that_is_away(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """Spans are exported all the same, texts wait on the disk, one line says why."""
    (tmp_path / "texts").write_text("a file where the folder should be")
    app = run(
        *("python", "zero_code/apps/plain.py", "3"),
        SPANWRIGHT_OFFLOAD_URL=str(tmp_path / "texts"),
        SPANWRIGHT_OFFLOAD_SPOOL=str(tmp_path / "spool"),
    )
    assert app.wait(15) == 0
    assert app.output.count("Cannot reach file://") == 1
    assert len(receiver.spans) == 3
    assert all("spanwright.content.ref" in span.attributes for span in receiver.spans)
    assert len(list(waiting(tmp_path / "spool"))) == 3
