"""The official OTLP JSON-lines file exporter with a path from the environment.

``OTEL_TRACES_EXPORTER=otlp_json_file`` makes the official one, but nothing can tell it a path there, so that
it writes to standard output, between the application's own lines. ``OTEL_TRACES_EXPORTER=spanwright_file``
makes this.
"""

from __future__ import annotations

import os
from pathlib import Path

from opentelemetry.exporter.otlp.json.file import FileSpanExporter

#: Environment variable with the path of the file that spans are appended to.
TRACES_FILE_VARIABLE = "SPANWRIGHT_TRACES_FILE"
DEFAULT_FILE = "traces.jsonl"


class EnvironmentFileSpanExporter(FileSpanExporter):
    """Appends spans to the file that ``SPANWRIGHT_TRACES_FILE`` names, by default ``traces.jsonl`` here.

    Folders are made. Raises ``OSError`` where the file cannot be opened.
    """

    def __init__(self) -> None:
        path = Path(os.environ.get(TRACES_FILE_VARIABLE) or DEFAULT_FILE)
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(path)
