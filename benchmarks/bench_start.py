"""Start: CPU of importing and instrumenting, in processes of their own, beyond importing OpenTelemetry's API.

"opentelemetry-instrumentation" is the base class alone that every instrumentor of OpenTelemetry has; ours are
measured with it. The libraries themselves are not imported: they are patched when the application does that.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from .measure import Row

_BYTECODE = Path(".build/bench/bytecode")

_API = """
import time
import opentelemetry.trace, opentelemetry.metrics, opentelemetry._logs, opentelemetry.context
opentelemetry.trace.get_tracer_provider(), opentelemetry.metrics.get_meter_provider()
begun = time.process_time()
"""
_TOLD = """
print(1e3 * (time.process_time() - begun))
"""
#: What is imported -> the code that does it.
_STARTS = {
    "opentelemetry-instrumentation": "import opentelemetry.instrumentation.instrumentor",
    "openai": """
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
OpenAIInstrumentor().instrument()
""",
    "every library": """
from importlib.metadata import entry_points
for each in entry_points(group="opentelemetry_instrumentor"):
    if each.dist.name == "spanwright-instrumentation":
        each.load()().instrument()
""",
}


def rows(quick: bool) -> list[Row]:
    repeats = 3 if quick else 15
    taken: dict[str, list[float]] = {name: [] for name in _STARTS}
    for _ in range(repeats + 1):
        for name, start in _STARTS.items():
            taken[name].append(_milliseconds(_API + start + _TOLD))
    # The first round may have written the bytecode.
    base, *others = ((name, statistics.median(each[1:])) for name, each in taken.items())
    return [
        Row("start", f"import: {base[0]}", base[1], "ms"),
        *(
            Row("start", f"import + instrument: {name}", each, "ms", *_over(base, each))
            for name, each in others
        ),
    ]


def _over(base: tuple[str, float], value: float) -> tuple[str, float]:
    return base[0], value / base[1]


def _milliseconds(code: str) -> float:
    # With bytecode, as an installed package has it.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(_BYTECODE.absolute())
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, env=environment
    )
    return float(ended.stdout)
