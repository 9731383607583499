"""Which framework's retriever is at work here, for the stores that it asks."""

from __future__ import annotations

from opentelemetry.context import Context, create_key, get_current, set_value

_KEY = create_key("spanwright-retriever")


class Asking:
    """A retriever that was asked something, perhaps by another one."""

    __slots__ = ("_outer", "is_recorded", "query", "scores")

    def __init__(self, query: str | None, outer: Asking | None) -> None:
        self.query = query
        self._outer = outer
        #: Whether a span inside tells of what this retriever does.
        self.is_recorded = False
        #: Of the documents in their order, where the framework tells them apart from these.
        self.scores: list[float] | None = None

    def record(self) -> None:
        """A span tells of it, and so of every retriever around it."""
        asking: Asking | None = self
        while asking is not None and not asking.is_recorded:
            asking.is_recorded = True
            asking = asking._outer


def asking(context: Context | None = None) -> Asking | None:
    """The innermost retriever at work in this context, None being the current one."""
    found = (get_current() if context is None else context).get(_KEY)
    return found if isinstance(found, Asking) else None


def with_asking(context: Context, asked: Asking) -> Context:
    """The context for what a retriever does."""
    return set_value(_KEY, asked, context)
