"""Files into a store, in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from .backend import Store, Written
from .batch import Batch, Reader
from .sources import Message

#: Rows of one commit: enough that a commit costs little beside them, few enough to be held in memory.
BATCH_ROWS = 20_000


@dataclass(slots=True)
class Loaded:
    """What came of loading; ``refused`` by the reason."""

    written: Written = field(default_factory=Written)
    refused: Counter[str] = field(default_factory=Counter)


def load(
    store: Store,
    messages: Iterable[Message],
    process: Callable[[Message], None] | None = None,
    on_batch: Callable[[Loaded], None] = lambda _: None,
    batch_rows: int = BATCH_ROWS,
) -> Loaded:
    """Store all messages; what is there already is passed over. ``process`` edits each before.

    What was loaded before an error stays; loading all again is no harm.
    """
    loaded = Loaded()
    for batch in batches(messages, Reader(store.first_day()), process, batch_rows):
        if len(batch):
            loaded.written += store.write(batch)
        loaded.refused += batch.refused
        on_batch(loaded)
    return loaded


def batches(
    messages: Iterable[Message],
    reader: Reader,
    process: Callable[[Message], None] | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Batch]:
    """The rows of messages, gathered until there are ``batch_rows``."""
    gathered = Batch()
    for message in messages:
        if process is not None:
            process(message)
        gathered.add(reader.traces(message) if isinstance(message, TracesData) else reader.logs(message))
        if len(gathered) >= batch_rows:
            yield gathered
            gathered = Batch()
    yield gathered
