"""One emitter in a process of its own: makes calls when told and says what CPU they took, or tries the cases.

Told on standard input, one JSON object a line; answers alike, on the descriptor that was standard output.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import warnings
from typing import Any, TextIO

from opentelemetry.sdk.trace.export import BatchSpanProcessor

from benchmarks.bench_calls import EncodingExporter

from .calls import measured
from .emitters import named

#: What emitters do behind the application's back at the start is over after so many seconds.
_SETTLING = 5


def main() -> None:
    name, task = sys.argv[1:]
    warnings.simplefilter("ignore")
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what peers print must not come between
    if task == "cases":
        from .cases import tried

        answer(channel, tried(named(name)))
    else:
        measure(name, channel)
    channel.flush()
    os._exit(0)  # their exporters' threads have nowhere to send


def measure(name: str, channel: TextIO) -> None:
    """Calls in turns with the other processes."""
    processor = BatchSpanProcessor(EncodingExporter())
    named(name).install(processor)
    calls = measured(name)
    time.sleep(_SETTLING)
    answer(channel, {"calls": list(calls)})
    for line in sys.stdin:
        told = json.loads(line)
        if told["call"] not in calls:
            answer(channel, None)
            continue
        call = calls[told["call"]]
        gc.collect()
        gc.disable()
        whole, caller = time.process_time_ns(), time.thread_time_ns()
        for _ in range(told["times"]):
            call()
        caller = time.thread_time_ns() - caller
        processor.force_flush()
        whole = time.process_time_ns() - whole
        gc.enable()
        answer(channel, {"caller": caller / told["times"] / 1e3, "process": whole / told["times"] / 1e3})


def answer(channel: TextIO, value: Any) -> None:
    channel.write(json.dumps(value) + "\n")
    channel.flush()


if __name__ == "__main__":
    main()
