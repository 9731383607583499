"""A request that has grown too large for the next hop, cut into several between its spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: What an entry of a repeated field costs beside the entry itself, and a group of them beside its items.
_ENTRY_BYTES = 8


def split(request: Any, limit: int) -> Iterator[bytes]:
    """``request`` serialized, in as few messages of at most ``limit`` bytes as its order allows.

    An item (a span or record) that is larger by itself goes alone: the next hop decides. An
    ``ExportTraceServiceRequest`` or an ``ExportLogsServiceRequest``; it is used up.
    """
    if request.ByteSize() <= limit:
        yield request.SerializeToString()
        return
    outer, inner, leaf = _FIELDS[type(request).__name__]
    part = type(request)()
    size = 0
    for resource in getattr(request, outer):
        shared = resource.resource.ByteSize() + len(resource.schema_url) + _ENTRY_BYTES
        target = None
        for group in getattr(resource, inner):
            group_shared = group.scope.ByteSize() + len(group.schema_url) + _ENTRY_BYTES
            into = None
            for item in getattr(group, leaf):
                cost = item.ByteSize() + _ENTRY_BYTES
                needed = cost + (0 if into else group_shared) + (0 if target else shared)
                if size and size + needed > limit:
                    yield part.SerializeToString()
                    part, size, target, into = type(request)(), 0, None, None
                    needed = cost + group_shared + shared
                if target is None:
                    target = getattr(part, outer).add(schema_url=resource.schema_url)
                    target.resource.CopyFrom(resource.resource)
                if into is None:
                    into = getattr(target, inner).add(schema_url=group.schema_url)
                    into.scope.CopyFrom(group.scope)
                getattr(into, leaf).append(item)
                size += needed
    yield part.SerializeToString()


#: Fields by message: resources, scopes, items.
_FIELDS = {
    "ExportTraceServiceRequest": ("resource_spans", "scope_spans", "spans"),
    "ExportLogsServiceRequest": ("resource_logs", "scope_logs", "log_records"),
}
