"""OpenLIT, which installs all its instrumentors at once and for good, beside ours."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from support.one_call import ORDERS, call, driver, scopes, with_tokens
from support.recording import Recording, instrumented

LIBRARIES = ("openai", "anthropic")


def recorded(order: str) -> dict[str, list[str]]:
    """Who recorded each way of a call, with OpenLIT installed at that point."""
    from opentelemetry import trace

    recording = Recording()
    trace.set_tracer_provider(recording.tracer_provider)
    openlit = pytest.importorskip("openlit")
    options = {"disable_metrics": True, "disable_batch": True}
    if order == "theirs first":
        openlit.init(**options)
    found = {}
    for library in LIBRARIES:
        provider = driver(library)
        with instrumented(provider.instrumentor(), recording):
            if order == "ours first":
                openlit.init(**options)
            for is_async in (False, True):
                for stream in (False, True):
                    before = len(with_tokens(recording))
                    asyncio.run(call(provider, is_async=is_async, stream=stream))
                    found[f"{library} {is_async} {stream}"] = scopes(with_tokens(recording)[before:])
    return found


@pytest.mark.parametrize("order", ORDERS)
def test_one_span_with_tokens(order: str) -> None:
    """A process for each order; its spans have names of the conventions and a scope for each library."""
    code = f"import json; from test_one_call import recorded; print('found', json.dumps(recorded({order!r})))"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("found ")]
    found = json.loads(line.removeprefix("found "))
    assert len(found) == 8
    assert {how: names for how, names in found.items() if names != [_ours(how)]} == {}


def _ours(how: str) -> str:
    return f"spanwright_instrumentation.providers.{how.partition(' ')[0]}"


def _environment() -> dict[str, str]:
    import os
    from pathlib import Path

    here = Path(__file__).parent
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(here), str(here.parents[1])))}
