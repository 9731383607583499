"""Cold storage in a Collector's path: the stage's workers keep texts as an application does."""

from __future__ import annotations

from pathlib import Path

from processors.stage.test_service import Running
from spanwright_processors.offload.layout import referred
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.spool import waiting
from support.full_texts import conversation
from support.stage import http_receiver, texts, traces_request


def test_the_workers_of_a_stage_keep_texts(tmp_path: Path) -> None:
    """Of every span, by all workers, each message once; nothing waits when the stage has ended."""
    folder = tmp_path / "texts"
    with http_receiver() as receiver:
        running = Running(
            tmp_path,
            {
                "SPANWRIGHT_STAGE_NEXT_ENDPOINT": receiver.url,
                "SPANWRIGHT_STEPS": "mask,offload",
                "SPANWRIGHT_OFFLOAD_URL": str(folder),
                "SPANWRIGHT_STAGE_WORKERS": "2",
            },
        ).wait_until_ready()
        for turn in range(1, 11):
            messages = {"gen_ai.input.messages": conversation(turn, length=40)}
            assert running.post(traces_request(*[messages] * turn).SerializeToString()) == 200
        assert running.process.terminate() == 0
        refs = [referred(texts(span)["spanwright.content.ref"]) for span in receiver.spans]
    assert len(refs) == 55
    place = FolderPlace(folder)
    assert list(waiting(folder / "spool")) == []
    for ref in refs:
        assert ref is not None
        kept = {one.span.value("gen_ai.input.messages") for one in trace_texts(place, ref[1], ref[2])}
        number = int(ref[1], 16)
        assert kept == {conversation(turn, length=40) for turn in range(number, 11)}
    (day,) = (name for name in place.folders() if name.startswith("20"))
    assert len(place.names(f"{day}/texts")) == 1 + 2 * 10
