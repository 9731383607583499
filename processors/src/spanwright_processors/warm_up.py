"""What steps load is loaded when the first model call begins: off its thread, done before it has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .chain import StepChain

#: How the names of model calls begin, by the conventions.
_CALLS = ("chat ", "embeddings ", "generate_content ", "text_completion ", "rerank ")


class WarmUp:
    """Starts ``warm_up`` of the steps that have one, once: none of them waits, and none may raise.

    Not when the pipeline is attached, since a process that calls no model needs nothing of it.
    """

    def __init__(self, chain: StepChain) -> None:
        self._steps: list[Callable[[], None]] = [
            warm_up for step in chain.steps if callable(warm_up := getattr(step, "warm_up", None))
        ]
        #: Whether there is anything to look for.
        self.pending = bool(self._steps)

    def look(self, span: Any) -> None:
        """Start if ``span`` of the SDK is a model call. 0.1 µs."""
        name = span._name
        if isinstance(name, str) and name.startswith(_CALLS):
            self.begin()

    def begin(self) -> None:
        """Start now."""
        self.pending = False
        for warm_up in self._steps:
            with suppress(Exception):
                warm_up()
