"""What one exporter gets of what was processed for all: its own view, in exports of bounded size."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from .chain import StepChain
from .counters import Counters
from .step import Phase, Step

_logger = logging.getLogger(__name__)

#: Bytes in one export where no step says otherwise: OTLP receivers refuse 4 MiB by default.
BATCH_BYTES = 3_500_000

#: Where the SDK's processors, and those made from them, keep their exporter.
_PLACES = ("span_exporter", "_exporter")


@runtime_checkable
class ExporterStep(Protocol):
    """A step that does more to what some exporters get than to what all get."""

    def for_exporter(self, description: str) -> Step | None:
        """The step for the exporter's view; None where it gets what all get."""
        ...

    def may_cut(self, values: Any) -> bool:
        """False only if the step would leave attributes with these values as they are."""
        ...


class Exported(Protocol):
    """What is exported: spans, or log records."""

    @property
    def processors(self) -> str:
        """Where the provider's multi-processor keeps its processors."""
        ...

    def size(self, item: Any) -> int:
        """Bytes in OTLP, estimated."""
        ...

    def maps(self, item: Any) -> Iterable[Mapping[str, Any]]:
        """All that may have to be cut."""
        ...

    def view(self, item: Any, chain: StepChain) -> Any:
        """A copy after the steps of ``chain``."""
        ...

    def shrunk(self, item: Any, most_bytes: int) -> Any:
        """A copy without content, in ``most_bytes`` at most."""
        ...


class BoundedExport:
    """Stands in for an exporter's ``export``: items in its own view, in parts of ``batch_bytes`` at most.

    An item that is larger than a part, which takes thousands of attributes, keeps what fits of those that
    hold no content. ``batch_bytes`` None: the parts are small enough already.
    """

    def __init__(
        self, exporter: Any, kind: Exported, steps: Iterable[Step], batch_bytes: int | None = BATCH_BYTES
    ) -> None:
        self._exporter = exporter
        self._kind = kind
        self._export: Callable[..., Any] = exporter.export
        self._batch_bytes = batch_bytes
        own = [found for step in steps if (found := _own_step(step, describe(exporter))) is not None]
        self._own = tuple(step for step in own if isinstance(step, ExporterStep))
        self._chain = StepChain(own, Counters())

    @property
    def changes(self) -> bool:
        """Whether the exporter gets anything but what it would get without this."""
        return bool(self._chain.steps) or self._batch_bytes is not None

    def __call__(self, items: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        views = [self._view(item) for item in items] if self._chain.steps else items
        if self._batch_bytes is None:
            return self._export(views, *args, **kwargs)
        result: Any = None
        for part in parts(views, self._batch_bytes, self._kind):
            result = self._export(part, *args, **kwargs)
            if getattr(result, "name", "") != "SUCCESS":  # the others would wait for the same receiver
                break
        return result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._export, name)  # what somebody asks of the method, as of a mock in a test

    def _view(self, item: Any) -> Any:
        maps = tuple(self._kind.maps(item))
        if not any(step.may_cut(values) for step in self._own for values in maps):
            return item
        return self._kind.view(item, self._chain)

    def release(self) -> None:
        """Give the exporter its own ``export`` back, unless somebody has replaced this one since."""
        if vars(self._exporter).get("export") is self:
            del self._exporter.__dict__["export"]


def bound_exporter(
    exporter: Any, kind: Exported, steps: Iterable[Step], batch_bytes: int | None = BATCH_BYTES
) -> BoundedExport | None:
    """Have ``exporter`` get its own view in bounded parts; None if it does already, or nothing is to do.

    Its ``export`` is replaced on this one object, which stays what it is for everybody who looks at it.
    """
    if isinstance(getattr(exporter, "export", None), BoundedExport):
        return None
    try:
        bounded = BoundedExport(exporter, kind, steps, batch_bytes)
        if not bounded.changes:
            return None
        exporter.export = bounded
    except Exception:  # an object without a dictionary: it gets what all get
        _logger.debug("Cannot bound the exports of %s.", type(exporter).__name__, exc_info=True)
        return None
    return bounded


class ExporterBounds:
    """Bounds every exporter behind the processors of a provider, also of those that are added later."""

    def __init__(self, chain: StepChain, kind: Exported) -> None:
        self._steps = chain.steps
        self._kind = kind
        self._place = kind.processors
        self._seen: object = None
        self._bounded: list[BoundedExport] = []

    def look(self, processors: Any) -> None:
        """Bound what is new among the processors of this multi-processor. 50 ns where nothing is."""
        current = getattr(processors, self._place, None)
        if current is self._seen:
            return
        self._seen = current
        for exporter in _exporters(current or ()):
            bounded = bound_exporter(exporter, self._kind, self._steps, batch_bytes(self._steps))
            if bounded is not None:
                self._bounded.append(bounded)

    def release(self) -> None:
        """Give all exporters their own ``export`` back."""
        while self._bounded:
            self._bounded.pop().release()


def batch_bytes(steps: Iterable[Step]) -> int:
    """Bytes in one export at most, as the truncating step is set."""
    for step in steps:
        if step.phase is Phase.TRUNCATE:
            return getattr(getattr(step, "settings", None), "batch_bytes", BATCH_BYTES)
    return BATCH_BYTES


def describe(exporter: object) -> str:
    """Module, class and address of an exporter in one text, to be told from others by a part of it."""
    kind = type(exporter)
    address = getattr(exporter, "_endpoint", None) or getattr(exporter, "endpoint", None) or ""
    return f"{kind.__module__}.{kind.__qualname__} {address}".rstrip()


def parts(items: Sequence[Any], most_bytes: int, kind: Exported) -> Iterator[Sequence[Any]]:
    """``items`` in their order, in parts of ``most_bytes`` at most; the very sequence if it is one."""
    sizes = [_size(item, most_bytes, kind) for item in items]
    if sum(sizes) <= most_bytes:
        yield items
        return
    part: list[Any] = []
    size = 0
    for item, bytes_of_item in zip(items, sizes, strict=True):
        if part and size + bytes_of_item > most_bytes:
            yield part
            part, size = [], 0
        part.append(item if bytes_of_item <= most_bytes else kind.shrunk(item, most_bytes))
        size += min(bytes_of_item, most_bytes)
    if part:
        yield part


def _size(item: Any, otherwise: int, kind: Exported) -> int:
    try:
        return kind.size(item)
    except Exception:  # attributes of a form no exporter expects: the item goes alone
        return otherwise


def _own_step(step: Step, description: str) -> Step | None:
    return step.for_exporter(description) if isinstance(step, ExporterStep) else None


def _exporters(processors: Iterable[object]) -> Iterator[Any]:
    for processor in processors:
        for holder in (processor, getattr(processor, "_batch_processor", None)):
            found = next((one for place in _PLACES if (one := getattr(holder, place, None))), None)
            if found is not None and callable(getattr(found, "export", None)):
                yield found
                break
