"""Fixtures for tests of what is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.retrieved import retrieved_memory
from spanwright_instrumentation.tool_registry import registry
from support.recording import Recording, recorded_operations


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """No tool calls, embeddings and retrievals of other tests."""
    yield
    registry.clear()
    memory.clear()
    retrieved_memory.clear()


@pytest.fixture
def recording() -> Iterator[Recording]:
    """Tools, workflows and agents are recorded here, with their content."""
    with recorded_operations(Recording()) as recording:
        yield recording
