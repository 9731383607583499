"""The question for backends that have nothing else here."""

from __future__ import annotations

from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.questions import esql, nrql, phoenix


def test_new_relic(definition: Definition) -> None:
    """NRQL: names with dots in back quotes, lowest score first, 50 at most."""
    query = nrql(definition.question)
    assert "`spanwright.outcome` = 'success' AND `spanwright.trace.finish_reason` = 'stop'" in query
    assert query.endswith("ORDER BY `spanwright.trace.retrieval.score.first` ASC\nLIMIT 50\n")


def test_elastic(definition: Definition) -> None:
    """ES|QL over fields in their OpenTelemetry form."""
    query = esql(definition.question)
    assert '`attributes.spanwright.outcome` == "success"' in query
    assert "| SORT `attributes.spanwright.trace.retrieval.score.first` ASC" in query


def test_phoenix(definition: Definition) -> None:
    """A path into Phoenix's nested attributes; its own parser reads it in tests/environments/phoenix."""
    assert phoenix(definition.question) == (
        "attributes['spanwright']['outcome'] == 'success' and "
        "attributes['spanwright']['trace']['finish_reason'] == 'stop' and "
        "attributes['spanwright']['trace']['retrieval']['score']['first'] < 0.72\n"
    )
