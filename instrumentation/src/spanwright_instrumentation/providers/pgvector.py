"""pgvector: nearest-neighbour queries to PostgreSQL through psycopg, by hand or by SQLAlchemy on top of it.

A statement is a retrieval if it selects, has an operator of pgvector's, and one of its parameters or literals
is a vector. All others pass unobserved. What came back is read from the driver's result, which the
application's own cursor still stands before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..decorator import Run, Unobserved
from ..instrumentor import LibraryInstrumentor
from ..retrieval import MAX_DOCUMENTS, Document, Retrieval
from ..store import RetrievalRun, Store, async_observed, observed
from ..suppression import is_suppressed
from ..telemetry import Telemetry
from ..vector_sql import Statement, read_statement

#: Types of columns that are neither payload nor cheap to read: bytes, and arrays of numbers.
_PASSED_OVER = {17, 1005, 1007, 1016, 1021, 1022, 1231}
#: Types from here on are not PostgreSQL's own but an extension's: vectors among them.
_FIRST_OTHER_TYPE = 16_384
#: Names of columns that name a row.
_IDS = ("id", "uuid", "chunk_id", "langchain_id", "node_id")
#: Rows whose score is read; a statement may give back a whole table.
_MAX_SCORES = 10_000
#: LangChain's name for a chunk's metadata.
_METADATA = {"cmetadata": "metadata", "metadata_": "metadata", "langchain_metadata": "metadata"}


def begin(telemetry: Telemetry, cursor: Any, arguments: Mapping[str, Any]) -> Run:
    """Observe one statement, if it is a retrieval and nobody outside observes it already."""
    text = _text(arguments["query"], cursor)
    statement = read_statement(text) if text else None
    if statement is None or is_suppressed("retrieval"):
        return Unobserved()
    parameters = arguments.get("params")
    vector = statement.vector or next(_vectors(parameters), None)
    if vector is None:
        return Unobserved()
    retrieval = _retrieval(statement, cursor, parameters)
    retrieval.vectors = [_numbers(vector)]
    store = Store(lambda *_: [], lambda _, answer: [list(_documents(statement, answer))])
    return RetrievalRun(telemetry, "execute", store, [retrieval])


def _text(query: Any, cursor: Any) -> str | None:
    """The statement as the application wrote it: text, bytes or composed of parts."""
    if isinstance(query, str):
        return query
    if isinstance(query, bytes):
        return query.decode(errors="replace")
    composed = getattr(query, "as_string", None)
    return composed(cursor) if composed is not None else None


def _retrieval(statement: Statement, cursor: Any, parameters: Any) -> Retrieval:
    info = cursor.connection.info
    is_file = info.host.startswith("/")
    return Retrieval(
        provider="pgvector",
        data_source=statement.table,
        top_k=statement.limit(parameters),
        filtered=statement.is_filtered,
        measure=statement.measure,
        scored=statement.score is not None,
        server_address=info.host or None,
        server_port=None if is_file else info.port,
    )


def _vectors(parameters: Any) -> Iterator[Any]:
    """Parameters that are vectors: arrays, lists of numbers, pgvector's types, or its text."""
    values = parameters.values() if isinstance(parameters, Mapping) else parameters or ()
    for value in values:
        if isinstance(value, str):
            if value.startswith("[") and value.endswith("]"):
                yield value
        elif hasattr(value, "shape") or hasattr(value, "to_numpy") or _is_numbers(value):
            yield value


def _is_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], float)


def _numbers(vector: Any) -> Any:
    """A vector as something with components."""
    if isinstance(vector, str):
        return json.loads(vector)
    return vector.to_numpy() if hasattr(vector, "to_numpy") else vector


def _documents(statement: Statement, cursor: Any) -> Iterator[Document]:
    """The rows, without moving the application's cursor; of no more of them than is told, and no vectors."""
    result = cursor.pgresult
    columns = _columns(statement, cursor)
    scores = [column for column in columns if column[0] == statement.score]
    for row in range(result.ntuples):
        read = columns if row < MAX_DOCUMENTS else scores if row < _MAX_SCORES else []
        values = {name: _value(result, row, at, load) for name, at, load in read}
        score = values.pop(statement.score, None) if statement.score else None
        found = next((values[name] for name in _IDS if values.get(name) is not None), None)
        yield Document(found, None if score is None else float(score), values)


def _columns(statement: Statement, cursor: Any) -> Sequence[tuple[str, int, Any]]:
    """Name without the table's, place, and loader of each column that is read."""
    result = cursor.pgresult
    columns = []
    for at, column in enumerate(cursor.description):
        kind = column.type_code
        if kind in _PASSED_OVER or kind >= _FIRST_OTHER_TYPE:
            continue
        name = column.name.removeprefix(f"{statement.table}_")
        loader = cursor._tx.get_loader(result.ftype(at), result.fformat(at))
        columns.append((_METADATA.get(name, name), at, loader.load))
    return columns


def _value(result: Any, row: int, at: int, load: Any) -> Any:
    raw = result.get_value(row, at)
    return None if raw is None else load(raw)


class PgvectorInstrumentor(LibraryInstrumentor):
    """Retrieval spans for pgvector over psycopg."""

    library = "psycopg"
    covers = (
        "nearest-neighbour queries through psycopg and SQLAlchemy, with scores, source documents and texts"
    )
    methods = (
        observed("psycopg.cursor", "Cursor.execute", begin),
        async_observed("psycopg.cursor_async", "AsyncCursor.execute", begin),
    )
