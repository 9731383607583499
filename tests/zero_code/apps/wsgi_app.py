"""A Flask application that records one call per request, and one while it is imported."""

import os
import time

from flask import Flask
from opentelemetry import trace
from zero_code.apps.call import record_call

app = Flask(__name__)
record_call(f"import-{os.getpid()}")
if "SPANWRIGHT_TEST_FLUSH" in os.environ:
    trace.get_tracer_provider().force_flush()  # type: ignore[attr-defined]


@app.get("/<number>")
def answer(number: str) -> str:
    record_call(number)
    time.sleep(0.02)  # long enough for the next request to go to another worker
    return str(os.getpid())
