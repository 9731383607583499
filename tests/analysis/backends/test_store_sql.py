"""SQL of the panels, run over the store's own views."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from spanwright_analysis.backends import store_dashboard
from spanwright_analysis.backends.definition import Definition, Panel
from spanwright_analysis.backends.store_sql import question, statements
from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.parquet import ParquetStore
from spanwright_analysis.store.postgres import PostgresStore
from support.environments import NotInstallableError
from support.otlp_traces import NOW, ROOT, batch, logs, retrieval, traces
from support.postgres import postgres_server

#: What Grafana puts in the place of its macros, as DuckDB and PostgreSQL both read it.
_MACROS = (
    (r"\$__timeGroupAlias\((\w+), \$__interval\)", r"date_trunc('minute', \1) AS time"),
    (r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN TIMESTAMP '2020-01-01' AND TIMESTAMP '2100-01-01'"),
    (r"\$(?:service|environment|pipeline)\b", "'', 'support', 'bot', 'judge'"),
)


def filled(sql: str) -> str:
    """The statement as Grafana would send it."""
    for pattern, replacement in _MACROS:
        sql = re.sub(pattern, replacement, sql)
    assert "$" not in sql
    return sql


def of(definition: Definition, title: str) -> Panel:
    [panel] = [one for one in definition.panels if one.title == title]
    return panel


@pytest.fixture(scope="module", params=["parquet", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Both kinds, with two requests, one of them weak; failed tools, a score, guardrails and handoffs."""
    if request.param == "parquet":
        embedded = ParquetStore(tmp_path_factory.mktemp("store"), clock=lambda: NOW)
        yield filled_store(embedded)
        return
    try:
        with postgres_server() as url:
            server = PostgresStore(url, "dashboards", clock=lambda: NOW)
            yield filled_store(server)
            server.close()
    except NotInstallableError as error:
        pytest.skip(f"Cannot run PostgreSQL: {error}")


def filled_store(store: Store) -> Store:
    store.init(30)
    pipeline = {"spanwright.pipeline.name": "support", "spanwright.pipeline.version": "7"}
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 250,
        "gen_ai.usage.output_tokens": 100,
        "spanwright.cost.usd": 0.01,
        "user.hash": "0f" * 16,
        "gen_ai.prompt.name": "answer",
    }
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "error.type": "Timeout"}
    messages = [
        traces(
            {
                **ROOT,
                **pipeline,
                "spanwright.trace.spans": 4,
                "spanwright.trace.cost.usd": 0.01,
                "spanwright.trace.retrieval.score.first": score,
                "spanwright.trace.retrieval.score.second": score - 0.01,
            },
            retrieval(score),
            {**call, **pipeline},
            tool,
            trace=number,
            events=[
                (
                    "spanwright.guardrail",
                    {"spanwright.guardrail.name": "pii", "spanwright.guardrail.action": "modified"},
                ),
                ("spanwright.hitl.requested", {"spanwright.hitl.reason": "steps"}),
            ],
        )
        for number, score in ((1, 0.5), (2, 0.9))
    ]
    score = {"gen_ai.evaluation.name": "groundedness", "gen_ai.evaluation.score.value": 0.8}
    store.write(batch(*messages, logs(("gen_ai.evaluation.result", score), trace=1)))
    return store


def shown(store: Store, definition: Definition, title: str) -> list[float]:
    """The values of a panel, in order."""
    [(_, sql), *_] = statements(of(definition, title))
    result = store.run(filled(sql))
    place = list(result.columns).index("value")
    return [float(row[place]) for row in result.rows]


def test_every_statement_runs_over_the_stores_views(store: Store, definition: Definition) -> None:
    """All columns are there and of the right type: the question's and each panel's."""
    for panel in definition.panels:
        for _, sql in statements(panel):
            store.run(filled(sql))
    store.run(filled(question(definition.question)))


def test_time_series_have_a_time_a_name_and_a_value(store: Store, definition: Definition) -> None:
    """The columns that Grafana makes lines of."""
    for panel in definition.panels:
        for form, sql in statements(panel):
            if form == "time_series":
                assert list(store.run(filled(sql)).columns) == ["time", "metric", "value"], panel.title


def test_figures_are_those_of_the_spans(store: Store, definition: Definition) -> None:
    """Sums, means, shares and lists over two requests."""
    assert shown(store, definition, "Requests") == [2]
    assert shown(store, definition, "Input tokens by model") == [2000]
    assert shown(store, definition, "Cache hit rate by model") == [pytest.approx(0.25)]
    assert shown(store, definition, "Cost by user") == [pytest.approx(0.02)]
    assert shown(store, definition, "Cost of a call by prompt and version") == [pytest.approx(0.01)]
    assert shown(store, definition, "Tail rate by pipeline") == [pytest.approx(0.5)]
    assert shown(store, definition, "Failure rate by tool and version") == [1]
    assert shown(store, definition, "Handed to a person by reason") == [1]
    assert shown(store, definition, "Groundedness") == [pytest.approx(0.8)]
    assert sorted(shown(store, definition, "Distribution of the first score")) == [0.5, 0.9]


def test_the_question_finds_the_weak_one(store: Store, definition: Definition) -> None:
    """With its scores, finish reason and the query's text."""
    result = store.run(filled(question(definition.question)))
    [row] = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    assert (row["first_score"], row["second_score"], row["finish_reason"]) == (0.5, 0.49, "stop")
    assert row["query_text"] == "how do I reset it?"
    in_words = store_dashboard.question(definition).replace("now()", "TIMESTAMP '2026-11-25'")
    assert len(store.run(in_words).rows) == 1


def test_shares_are_of_all(definition: Definition) -> None:
    """The condition is what is counted, not what is looked at."""
    [(_, sql)] = statements(of(definition, "Failure rate by tool and version"))
    assert "avg(CASE WHEN error_type IS NOT NULL THEN 1.0 ELSE 0.0 END)" in sql
    assert "error_type" not in sql.partition("WHERE")[2]


def test_top_lists_and_shares_of_requests(definition: Definition) -> None:
    """Users by cost, the dearest first; reasons over all requests."""
    [(form, sql)] = statements(of(definition, "Cost by user"))
    assert (form, "ORDER BY value DESC\nLIMIT 20" in sql) == ("table", True)
    [(_, sql)] = statements(of(definition, "Handed to a person by reason"))
    assert "FROM hitl_requests" in sql
    assert "SELECT count(*) FROM traces" in sql


def test_text_is_quoted() -> None:
    """A value with an apostrophe stays a value."""
    from spanwright_analysis.backends.store_sql import _quoted

    assert _quoted("it's") == "'it''s'"
