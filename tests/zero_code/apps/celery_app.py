"""A Celery application on a broker of plain files, with one task that records a call.

Run as a script it sends tasks: ``python -m zero_code.apps.celery_app 10``.
"""

import os
import sys
from pathlib import Path

from celery import Celery  # type: ignore[import-untyped]
from zero_code.apps.call import record_call

folder = Path(os.environ["SPANWRIGHT_TEST_FOLDER"])
for name in ("queue", "control", "done"):
    (folder / name).mkdir(exist_ok=True)

app = Celery("tests", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": str(folder / "queue"),
    "data_folder_out": str(folder / "queue"),
    "control_folder": str(folder / "control"),
    "polling_interval": 0.05,
}
app.conf.worker_prefetch_multiplier = 1


@app.task(name="calls.record")  # type: ignore[untyped-decorator]
def call(number: int) -> None:
    record_call(number)
    (folder / "done" / str(number)).touch()


if __name__ == "__main__":
    for sent in range(int(sys.argv[1])):
        call.delay(sent)
