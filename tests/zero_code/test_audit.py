"""The audit log under a server of several processes, set up by environment variables alone."""

from __future__ import annotations

import time
from pathlib import Path

from spanwright_processors.audit.reading import Query, show
from support.audit_trail import KEY, Trail
from support.otlp_receiver import OtlpReceiver
from support.processes import Run
from zero_code.apps.call import SECRET
from zero_code.test_servers import SELDOM, serve_calls


def test_gunicorn_with_preload(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """Every original of every worker, the last ones too, is kept once, apart from the traces, encrypted."""
    trail = Trail(tmp_path)
    trail.clock.now = time.time()
    server = run(
        *("gunicorn", "zero_code.apps.wsgi_app:app", "--bind", "127.0.0.1:0", "--workers", "2", "--preload"),
        SPANWRIGHT_MASK_AUDIT_DIRECTORY=str(trail.path),
        SPANWRIGHT_AUDIT_KEY=KEY,
        **SELDOM,
    )
    _, asked = serve_calls(server)
    spans = receiver.spans
    assert len(spans) == asked + 1
    assert SECRET.encode() not in receiver.raw_bytes
    assert SECRET.encode() not in b"".join(trail.contents().values())
    assert trail.problems() == []
    assert len(trail.segments()) == 3
    traces = tuple({f"{int(span.trace_id, 16):032x}" for span in spans})
    shown = show(trail.log(), Query(traces), "a test")
    originals = [
        (f"{one.trace_id:032x}", edit.original)
        for one in shown
        if one.record
        for replaced in one.record.replaced
        for edit in replaced.edits
    ]
    assert sorted(originals) == sorted((trace, SECRET) for trace in traces)


def test_without_a_key(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """A missing key is said at the start; masking goes on, and nothing is written."""
    trail = Trail(tmp_path)
    app = run("python", "zero_code/apps/plain.py", "1", SPANWRIGHT_MASK_AUDIT_DIRECTORY=str(trail.path))
    assert app.wait() == 0
    assert "Cannot use mask.audit.key: the variable SPANWRIGHT_AUDIT_KEY is not set." in app.output
    assert "Until this is corrected, no original is kept." in app.output
    assert receiver.spans
    assert SECRET.encode() not in receiver.raw_bytes
    assert not trail.path.exists()
