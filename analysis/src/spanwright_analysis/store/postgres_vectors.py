"""Embeddings of query texts in PostgreSQL, by the extension pgvector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, errors, sql

from ..span_store import Result
from .backend import Embedding
from .error import StoreError

#: Dimensions up to which pgvector indexes a type (its README, "HNSW").
_INDEXED = (("vector", 2000), ("halfvec", 4000))

_TABLE = """
CREATE TABLE IF NOT EXISTS query_embeddings (
    model text NOT NULL,
    query_key text COLLATE "C" NOT NULL,
    dimensions integer NOT NULL,
    embedding vector NOT NULL,
    PRIMARY KEY (model, query_key)
)
"""


def prepare(connection: Connection[Any]) -> bool:
    """Make the table of embeddings; False where the extension is not there or may not be made."""
    try:
        with connection.transaction():
            if extension_schema(connection) is None:
                connection.execute("CREATE EXTENSION vector SCHEMA public")
            connection.execute(_TABLE)
    except (
        errors.FeatureNotSupported, errors.UndefinedFile, errors.InsufficientPrivilege,
        errors.InvalidSchemaName, errors.UndefinedObject,
    ):  # fmt: skip
        return False
    return True


def extension_schema(connection: Connection[Any]) -> str | None:
    """Where the extension's types are; None where it is not made."""
    row = connection.execute(
        "SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'vector'"
    ).fetchone()
    return str(row[0]) if row else None


def counts(connection: Connection[Any]) -> Mapping[str, int]:
    """How many queries have an embedding, by model."""
    if not _is_there(connection):
        return {}
    return dict(
        connection.execute(
            "SELECT model, count(*) FROM query_embeddings GROUP BY model ORDER BY model"
        ).fetchall()
    )


def unembedded(
    connection: Connection[Any], model: str, since: datetime, limit: int
) -> Sequence[tuple[str, str]]:
    _demand(connection)
    return connection.execute(
        "SELECT s.query_key, min(s.query_text) FROM spans AS s"
        " LEFT JOIN query_embeddings AS e ON e.model = %s AND e.query_key = s.query_key"
        " WHERE s.query_key IS NOT NULL AND s.started >= %s AND e.query_key IS NULL"
        " GROUP BY s.query_key ORDER BY s.query_key LIMIT %s",
        [model, since, limit],
    ).fetchall()


def put(connection: Connection[Any], model: str, embeddings: Iterable[Embedding]) -> int:
    _demand(connection)
    rows = [(model, one.key, len(one.vector), _text(one.vector)) for one in embeddings]
    new = 0
    with connection.transaction(), connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "INSERT INTO query_embeddings VALUES (%s, %s, %s, %s::vector) ON CONFLICT DO NOTHING", row
            )
            new += cursor.rowcount
    for dimensions in {row[2] for row in rows}:
        _index(connection, dimensions)
    return new


def nearest(
    connection: Connection[Any], model: str, vector: Sequence[float], limit: int, since: datetime
) -> Result:
    """The nearest texts by the index, then the retrievals that asked for them."""
    _demand(connection)
    kind = _type(len(vector)) or "vector"
    statement = sql.SQL(
        "WITH near AS ("
        " SELECT query_key, 1 - (embedding::{kind} <=> %(vector)s::{kind}) AS similarity"
        " FROM query_embeddings WHERE model = %(model)s AND dimensions = {dimensions}"
        " ORDER BY embedding::{kind} <=> %(vector)s::{kind} LIMIT %(limit)s)"
        " SELECT n.similarity, r.query_text, r.trace_id, r.started, t.outcome, r.first_score, r.data_source"
        " FROM near AS n JOIN retrievals AS r USING (query_key)"
        " LEFT JOIN traces AS t ON t.trace_id = r.trace_id"
        " WHERE r.started >= %(since)s"
        " ORDER BY n.similarity DESC, r.started DESC LIMIT %(limit)s"
    ).format(kind=sql.SQL(f"{kind}({len(vector)})"), dimensions=sql.Literal(len(vector)))
    parameters = {"vector": _text(vector), "model": model, "limit": limit, "since": since}
    with connection.transaction(), connection.cursor() as cursor:
        # Of several models in one index, those of another are passed over: look further then.
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        cursor.execute(statement, parameters)
        return Result(tuple(column.name for column in cursor.description or ()), cursor.fetchall())


def vector_of(connection: Connection[Any], model: str, key: str) -> Sequence[float] | None:
    _demand(connection)
    row = connection.execute(
        "SELECT embedding::real[] FROM query_embeddings WHERE model = %s AND query_key = %s", [model, key]
    ).fetchone()
    return row[0] if row else None


def forget_orphans(connection: Connection[Any]) -> int:
    """Delete embeddings of texts that no span has any more: a vector tells of its text."""
    if not _is_there(connection):
        return 0
    return connection.execute(
        "DELETE FROM query_embeddings AS e WHERE NOT EXISTS"
        " (SELECT 1 FROM spans AS s WHERE s.query_key = e.query_key)"
    ).rowcount


def _index(connection: Connection[Any], dimensions: int) -> None:
    kind = _type(dimensions)
    if kind is None:
        return
    connection.execute(
        sql.SQL(
            "CREATE INDEX IF NOT EXISTS {name} ON query_embeddings"
            " USING hnsw ((embedding::{kind}) {operators}) WHERE dimensions = {dimensions}"
        ).format(
            name=sql.Identifier(f"query_embeddings_{dimensions}"),
            kind=sql.SQL(f"{kind}({dimensions})"),
            operators=sql.SQL(f"{kind}_cosine_ops"),
            dimensions=sql.Literal(dimensions),
        )
    )


def _type(dimensions: int) -> str | None:
    return next((kind for kind, most in _INDEXED if dimensions <= most), None)


def _text(vector: Sequence[float]) -> str:
    return "[" + ",".join(map(repr, vector)) + "]"


def _is_there(connection: Connection[Any]) -> bool:
    row = connection.execute("SELECT to_regclass('query_embeddings') IS NOT NULL").fetchone()
    return bool(row and row[0])


def _demand(connection: Connection[Any]) -> None:
    if not _is_there(connection) and not prepare(connection):
        raise StoreError(
            "Cannot search for similar queries: the database has no extension vector, or may not make it. "
            "Install pgvector on the server, and run there: CREATE EXTENSION vector"
        )
