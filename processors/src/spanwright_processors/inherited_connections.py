"""Gives a forked child connections of its own where it would share its parent's.

The SDK makes its locks and threads anew after a fork, but the OTLP exporters keep their HTTP connections: two
processes then write into one, and requests arrive mixed up. This happens to every server that forks after
its master has exported once (gunicorn ``--preload``).
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any

#: Connection pools left to the parent. They are kept: closing one takes a lock that a thread of the parent
#: may have held at the fork, and so does its garbage collection.
_left: list[Any] = []

#: A provider has its exporters two or three objects down; what is not OpenTelemetry's is not looked into.
_LOOKED_INTO = ("opentelemetry.", "spanwright_")
_MOST_OBJECTS = 500


@cache
def renew_connections_after_fork() -> None:
    """In every child forked from now on, give the exporters of the global providers new connection pools."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_renew_all)


def _renew_all() -> None:
    from opentelemetry import _logs, metrics, trace

    for provider in (trace.get_tracer_provider(), _logs.get_logger_provider(), metrics.get_meter_provider()):
        with contextlib.suppress(Exception):
            renew_connections(provider)


def renew_connections(provider: object) -> None:
    """Replace the connection pools of all HTTP exporters that can be reached from ``provider``."""
    for transport in _reachable(provider):
        fields = vars(transport)
        if hasattr(fields.get("_pool"), "connection_pool_kw"):
            _renew_urllib3(transport)
        if hasattr(fields.get("_session"), "adapters"):
            _renew_requests(fields["_session"])


def _renew_urllib3(transport: Any) -> None:
    old = transport._pool
    _left.append(old)
    transport._pool = type(old)(num_pools=old.pools._maxsize, headers=old.headers, **old.connection_pool_kw)


def _renew_requests(session: Any) -> None:
    for adapter in session.adapters.values():
        _left.append(adapter.poolmanager)
        sizes = (adapter._pool_connections, adapter._pool_maxsize, adapter._pool_block)
        adapter.init_poolmanager(*sizes)
        _left.append(dict(adapter.proxy_manager))
        adapter.proxy_manager.clear()


def _reachable(provider: object) -> Iterator[object]:
    queue: deque[object] = deque([provider])
    seen: set[int] = set()
    while queue and len(seen) < _MOST_OBJECTS:
        found = queue.popleft()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, tuple | list):
            queue.extend(found)
        elif type(found).__module__.startswith(_LOOKED_INTO) and hasattr(found, "__dict__"):
            yield found
            queue.extend(vars(found).values())
