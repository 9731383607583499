"""From a table of methods to an instrumentor: patching, unpatching, presence and version of the library."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any, ClassVar

import wrapt
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from packaging.requirements import Requirement

from .call import AsyncCalls, PlainCalls
from .emitter import choice
from .others import unwatch, watch
from .telemetry import Telemetry
from .translation import Translation

logger = logging.getLogger(__name__)

_OWN_DISTRIBUTION = "spanwright-instrumentation"

#: What a patched method calls instead: (telemetry, the bound method, its object, args, kwargs) -> result.
Observer = Callable[[Telemetry, Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method to patch.

    :param module: patched when the application imports it; one that the installed version lacks is passed
        over.
    :param name: ``Class.method`` or function in it; likewise.
    :param is_optional: versions without it have nothing to observe there, which is not worth a word.
    """

    module: str
    name: str
    observer: Observer
    is_optional: bool = False


def calls(module: str, name: str, translation: Translation) -> Method:
    """A plain method whose calls are read by this translation."""
    return Method(module, name, PlainCalls(translation))


def async_calls(module: str, name: str, translation: Translation) -> Method:
    """A method that returns an awaitable, whose calls are read by this translation."""
    return Method(module, name, AsyncCalls(translation))


class LibraryInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Instruments one library by its table of methods.

    A library that is absent or older than the extra of that name asks for is left alone, with a debug
    message.
    """

    #: Name of the distribution, and of the extra with its oldest supported version.
    library: ClassVar[str]
    #: What becomes a span, in words for README's table.
    covers: ClassVar[str]
    methods: ClassVar[tuple[Method, ...]]

    _patches: list[_Patch]

    def instrumentation_dependencies(self) -> Collection[str]:
        """None: OpenTelemetry would log an error for an absent library. ``_instrument`` looks itself."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        """Patch. Takes ``tracer_provider``, ``meter_provider`` and ``logger_provider``, else the global
        ones."""
        self._patches = []
        if not is_supported(self.library) or self.library in choice().other:
            return
        watch(self.library)
        telemetry = Telemetry(
            type(self).__module__,
            tracer_provider=kwargs.get("tracer_provider"),
            meter_provider=kwargs.get("meter_provider"),
            logger_provider=kwargs.get("logger_provider"),
        )
        for method in self.methods:
            patch = _Patch(method, telemetry)
            self._patches.append(patch)
            if method.module in sys.modules:
                patch.apply(sys.modules[method.module])
            else:
                # Importing an SDK that the application may never use would cost it half a second.
                wrapt.register_post_import_hook(patch.apply, method.module)

    def _uninstrument(self, **_kwargs: Any) -> None:
        unwatch(self.library)
        for patch in reversed(self._patches):
            patch.remove()
        self._patches = []


class _Wrapper(wrapt.FunctionWrapper[..., Any]):
    """Ours, to be told from others' where one class stands in several modules."""

    _self_patch: _Patch


class _Patch:
    """One method patched; objects that hold on to the wrapper afterwards have the bare method."""

    def __init__(self, method: Method, telemetry: Telemetry) -> None:
        self._method = method
        self._telemetry = telemetry
        self._owner: Any = None
        self._original: Any = None
        self._wrapper: Any = None
        self.is_enabled = True

    def apply(self, module: Any) -> None:
        """Wrap the method of the imported module."""
        if not self.is_enabled:
            return
        try:
            owner, name, original = wrapt.resolve_path(module, self._method.name)
        except AttributeError:
            if not self._method.is_optional:
                logger.debug(
                    "Cannot instrument %s.%s: this version has none.", self._method.module, self._method.name
                )
            return
        if isinstance(original, _Wrapper):
            if original._self_patch.is_enabled:
                return
            # Imported by name while an instrumentor was on that has been taken off since.
            original = original.__wrapped__
        observe = partial(self._method.observer, self._telemetry)
        wrapper = _Wrapper(original, observe, enabled=lambda: self.is_enabled)
        wrapper._self_patch = self
        setattr(owner, name, wrapper)
        self._owner, self._original, self._wrapper = owner, original, wrapper

    def remove(self) -> None:
        """Put the original back, unless somebody has wrapped the wrapper: then it only stops observing."""
        self.is_enabled = False
        if self._owner is None:
            return
        name = self._method.name.rpartition(".")[2]
        if vars(self._owner).get(name) is self._wrapper:
            setattr(self._owner, name, self._original)


@cache
def _requirement(library: str) -> Requirement | None:
    """What our extra of that name requires of the library, which is the one place that says so."""
    for line in requires(_OWN_DISTRIBUTION) or ():
        requirement = Requirement(line)
        if requirement.name == library and requirement.marker and "extra" in str(requirement.marker):
            return requirement
    return None


def is_supported(library: str) -> bool:
    """Whether the library is installed in a version we support."""
    try:
        installed = version(library)
        requirement = _requirement(library)
    except PackageNotFoundError:
        logger.debug("Cannot instrument %s: it is not installed.", library)
        return False
    if requirement is None or requirement.specifier.contains(installed, prereleases=True):
        return True
    logger.debug(
        "Cannot instrument %s %s: it is too old. Install %s%s.",
        library,
        installed,
        library,
        requirement.specifier,
    )
    return False
