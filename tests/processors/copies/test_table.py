"""The tables of copies: names of the registry, and what a span gets of them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.copies import PROFILES, CopyProfile, copies
from spanwright_semconv.attributes import SPANWRIGHT_TRACE_SPANS
from spanwright_semconv.checker import definition_of
from spanwright_semconv.enums import Operation
from support.editable import editable_span

TABLES: tuple[CopyProfile, ...] = tuple(name for name in PROFILES if name != "none")


def raw(profile: str) -> dict[str, Any]:
    return tomllib.loads((files("spanwright_processors.copies") / f"{profile}.toml").read_text("utf-8"))


@pytest.mark.parametrize("profile", TABLES)
def test_what_is_copied_is_registered(profile: CopyProfile) -> None:
    """Every attribute on the left is one of the registry, every operation one of its values."""
    table = raw(profile)
    assert table.keys() <= {"every", "roots", "of", "operations", "times"}
    sections = [table.get("every", {}), table.get("roots", {}), table.get("times", {})]
    sections += table.get("of", {}).values()
    unknown = [key for section in sections for key in section if definition_of(key) is None]
    assert unknown == []
    operations = [*table.get("of", {}), *(key for one in table.get("operations", {}).values() for key in one)]
    assert set(operations) <= {*Operation}


@pytest.mark.parametrize("profile", TABLES)
def test_copies_are_never_ours(profile: CopyProfile) -> None:
    """No copy takes a name of our own: nothing of the project's figures can change by it."""
    table = raw(profile)
    sections = [table.get("every", {}), table.get("roots", {}), *table.get("of", {}).values()]
    names = [name for one in sections for value in one.values() for name in _listed(value)]
    names += [*table.get("operations", {}), *table.get("times", {}).values()]
    assert [name for name in names if name.startswith("spanwright.")] == []


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_langfuse_reads_a_model_call() -> None:
    """Type, user, session, cost, and the time of the first token as JSON, since Langfuse parses it."""
    span = editable_span(
        {
            "gen_ai.operation.name": "chat",
            "user.hash": "0f" * 16,
            "gen_ai.conversation.id": "c-1",
            "session.id": "s-1",
            "spanwright.cost.usd": 0.25,
            "spanwright.time_to_first_token": 0.5,
        },
        start_ns=1_790_000_000_000_000_000,
    )
    before = dict(span.attributes)
    copies("langfuse").apply(span)
    assert {key: value for key, value in span.attributes.items() if key not in before} == {
        "langfuse.observation.type": "generation",
        "langfuse.user.id": "0f" * 16,
        "langfuse.session.id": "s-1",
        "gen_ai.usage.cost": 0.25,
        "langfuse.observation.metadata.time_to_first_token": 0.5,
        "langfuse.observation.completion_start_time": '"2026-09-21T14:13:20.500Z"',
    }


def test_roots_get_what_traces_are_filtered_by() -> None:
    """Figures of the whole trace go to the root only; a child of the same pipeline has none of them."""
    pipeline = {"spanwright.pipeline.name": "support", "spanwright.outcome": "success"}
    root, child = (
        editable_span({**pipeline, SPANWRIGHT_TRACE_SPANS: 2}),
        editable_span({**pipeline}, parent=1),
    )
    for span in (root, child):
        copies("langfuse").apply(span)
    assert root.attributes["langfuse.trace.name"] == "support"
    assert root.attributes["langfuse.trace.metadata.outcome"] == "success"
    assert child.attributes == pipeline


def test_tools_and_searches_show_what_went_in_and_came_out() -> None:
    """Arguments, results, queries and documents are input and output where the backend has such fields."""
    tool = editable_span(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.arguments": '{"id": 1}',
            "gen_ai.tool.call.result": "[NAME]",
        }
    )
    copies("langfuse").apply(tool)
    assert tool.attributes["langfuse.observation.type"] == "tool"
    assert tool.attributes["langfuse.observation.input"] == '{"id": 1}'
    assert tool.attributes["langfuse.observation.output"] == "[NAME]"


def test_phoenix_reads_tokens_of_embeddings_and_the_kind_of_workflows() -> None:
    """What Phoenix itself leaves out."""
    embedding = editable_span({"gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 7})
    workflow = editable_span({"gen_ai.operation.name": "invoke_workflow"})
    for span in (embedding, workflow):
        copies("phoenix").apply(span)
    assert embedding.attributes["llm.token_count.prompt"] == 7
    assert embedding.attributes["llm.token_count.total"] == 7
    assert workflow.attributes["openinference.span.kind"] == "CHAIN"


def test_what_the_application_said_stays() -> None:
    """A name of the backend's that the span has already keeps its value."""
    span = editable_span({"gen_ai.operation.name": "chat", "langfuse.observation.type": "agent"})
    copies("langfuse").apply(span)
    assert span.attributes["langfuse.observation.type"] == "agent"


@given(
    st.sampled_from(TABLES),
    st.dictionaries(
        st.sampled_from(
            [
                "gen_ai.operation.name",
                "spanwright.time_to_first_token",
                "spanwright.cost.usd",
                "spanwright.trace.spans",
                "user.hash",
                "gen_ai.tool.call.result",
            ]
        ),
        st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.just(("a", "b"))),
    ),
)
def test_copies_only_add_and_a_second_time_nothing(profile: CopyProfile, attributes: dict[str, Any]) -> None:
    """Whatever a span holds: nothing changes or goes, nothing raises, and copying again adds nothing."""
    span = editable_span(dict(attributes))
    copies(profile).apply(span)
    assert {key: repr(span.attributes[key]) for key in attributes} == {
        key: repr(value) for key, value in attributes.items()
    }
    once = repr(span.attributes)
    copies(profile).apply(span)
    assert repr(span.attributes) == once
