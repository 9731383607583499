"""Resources and scopes as they are exported: edited once, however many spans share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from .chain import StepChain
from .sdk import copied, encodable, unchanged
from .span import Attributes
from .step import Place

SCOPE_NAME, SCOPE_VERSION = "otel.scope.name", "otel.scope.version"

#: Objects remembered. An application has one resource and some scopes; where it makes them anew for every
#: span, each costs a look.
_MOST = 512

_Part = TypeVar("_Part", Resource, InstrumentationScope)


class SharedParts:
    """Resources and scopes after the attribute steps of ``chain``; the very objects where nothing changes."""

    def __init__(self, chain: StepChain) -> None:
        self._chain = chain
        # By identity, with the object itself, so that its id is not given to another.
        self._known: dict[int, tuple[object, Any]] = {}

    def resource(self, raw: Resource) -> Resource:
        """``raw`` as it is exported; empty where it cannot be read."""
        known = self._remembered(raw)
        if known is None:
            try:
                known = self._edited_resource(raw)
            except Exception:  # it is no resource of the SDK's
                self._chain.counters.view_failed()
                known = Resource({})
            self._remember(raw, known)
        return known

    def scope(self, raw: InstrumentationScope, resource: Resource | None) -> InstrumentationScope:
        """``raw`` as it is exported; without a name where it cannot be read."""
        known = self._remembered(raw)
        if known is None:
            try:
                known = self._edited_scope(raw, resource)
            except Exception:  # it is no scope of the SDK's
                self._chain.counters.view_failed()
                known = InstrumentationScope("")
            self._remember(raw, known)
        return known

    def _remembered(self, raw: _Part) -> _Part | None:
        known = self._known.get(id(raw))
        return known[1] if known is not None and known[0] is raw else None

    def _remember(self, raw: _Part, edited: _Part) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[id(raw)] = (raw, edited)

    def _edited_resource(self, raw: Resource) -> Resource:
        before = copied(raw.attributes)
        after = self._chain.process_attributes(before, Place.RESOURCE, before)
        return raw if unchanged(after, before) else Resource(after, raw.schema_url)

    def _edited_scope(self, raw: InstrumentationScope, resource: Resource | None) -> InstrumentationScope:
        attributes = copied(raw.attributes)
        known = resource.attributes if resource is not None else {}
        name, version, after = edited_scope(self._chain, raw.name, raw.version, attributes, known)
        if (name, version) == (raw.name, raw.version) and unchanged(after, attributes):
            return raw
        return InstrumentationScope(name, version, raw.schema_url, after)


def edited_scope(
    chain: StepChain,
    name: str,
    version: str | None,
    attributes: Mapping[str, Any],
    resource: Mapping[str, Any],
) -> tuple[str, str | None, Attributes]:
    """Name, version and attributes of a scope after the steps."""
    before = {**attributes, SCOPE_NAME: name, SCOPE_VERSION: version or ""}
    after = chain.process_attributes(before, Place.SCOPE, resource)
    new_name, new_version = after.pop(SCOPE_NAME, ""), after.pop(SCOPE_VERSION, "")
    return encodable(str(new_name)), encodable(str(new_version)) if version else version, after
