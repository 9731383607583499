"""Files into a store."""

from __future__ import annotations

from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.batch import Reader
from spanwright_analysis.store.loading import Loaded, batches, load
from spanwright_analysis.store.sources import Message
from support.otlp_traces import DAY, NOW, ROOT, logs, traces


def test_all_messages_are_stored_in_batches(store: Store) -> None:
    """Whatever the size of a batch, once; what the retention does not let in is counted."""
    messages: list[Message] = [
        *(traces(ROOT, {}, trace=number) for number in range(1, 6)),
        logs(("e", {}), trace=1),
        traces(ROOT, trace=9, at=NOW - 40 * DAY),
    ]
    seen: list[int] = []

    def tell(so_far: Loaded) -> None:
        seen.append(so_far.written.spans)

    loaded = load(store, messages, on_batch=tell, batch_rows=4)
    assert (loaded.written.spans, loaded.written.events) == (10, 1)
    assert loaded.refused == {"older than the retention": 1}
    assert seen == [4, 8, 10]
    assert load(store, messages).written.repeated == 11


def test_what_is_loaded_can_be_processed_first() -> None:
    """Each message once, before it is read."""
    messages = [traces(ROOT, trace=1), traces(ROOT, trace=2)]

    def rename(message: object) -> None:
        assert isinstance(message, type(messages[0]))
        message.resource_spans[0].scope_spans[0].spans[0].name = "processed"

    (batch,) = batches(messages, Reader(clock=lambda: NOW), rename)
    assert [row[3] for row in batch.spans.values()] == ["processed", "processed"]
