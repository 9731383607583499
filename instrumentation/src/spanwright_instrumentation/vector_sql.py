"""What a SQL statement over pgvector asks for: table, number of rows, and the column with the score.

No parser of SQL: the forms in which people and libraries write nearest-neighbour queries are recognised, and
what is not recognised is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .measure import (
    COSINE_DISTANCE,
    COSINE_SIMILARITY,
    DISTANCE,
    EUCLIDEAN,
    INNER_PRODUCT,
    NEGATIVE_INNER_PRODUCT,
    Measure,
)

#: pgvector's operators between vectors. Those between bits have no vector to look up.
MEASURES = {"<=>": COSINE_DISTANCE, "<->": EUCLIDEAN, "<#>": NEGATIVE_INNER_PRODUCT, "<+>": DISTANCE}

_OPERATOR = re.compile(r"<(?:=|-|#|\+)>")
_SELECTS = re.compile(r"\s*(?:\(\s*)*(?:select|with)\b", re.IGNORECASE)
_LIST = re.compile(r"\bselect\b(.*?)\bfrom\b", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"\bfrom\s+(?:only\s+)?([\w.\"]+)", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_LIMIT = re.compile(
    r"\b(?:limit|fetch\s+(?:first|next))\s+(?:(\d+)|%\((\w+)\)[sbt]|(%[sbt])|\$(\d+))", re.IGNORECASE
)
_POSITIONAL = re.compile(r"%[sbt]")
_LITERAL = re.compile(r"'(\[[\d\s,.eE+-]*\])'")
_ALIAS = re.compile(r"(.*?)(?:\s+as\s+\"?(\w+)\"?)?\s*", re.IGNORECASE | re.DOTALL)

_ARGUMENT = r"(?:cast)?(?:%\w*?[sbt]|\$\d+|'[^']*')(?:asvector\d*)?(?:::\w+)?"
#: The whole of a selected expression, without blanks and brackets -> how it measures.
_FORMS = (
    (re.compile(rf"[\w.\"]+(<=>|<->|<#>|<\+>){_ARGUMENT}", re.IGNORECASE), None),
    (re.compile(rf"1(?:\.0)?-[\w.\"]+(<=>){_ARGUMENT}", re.IGNORECASE), COSINE_SIMILARITY),
    (re.compile(rf"[\w.\"]+(<#>){_ARGUMENT}\*-1", re.IGNORECASE), INNER_PRODUCT),
    (re.compile(rf"-(?:1\*)?[\w.\"]+(<#>){_ARGUMENT}", re.IGNORECASE), INNER_PRODUCT),
)
#: Characters up to which what was read of a statement is kept.
_MAX_REMEMBERED_LENGTH = 5_000
#: What PostgreSQL calls a column that has no name.
_NAMELESS = "?column?"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with a distance in it."""

    table: str | None
    is_filtered: bool
    #: Result column with the score, if it is selected, and how that measures, if that is known.
    score: str | None
    measure: Measure | None
    #: A vector written into the statement itself.
    vector: tuple[float, ...] | None
    #: Number, or name or place (from 0) of the parameter with it.
    rows: int | None = None
    rows_name: str | None = None
    rows_place: int | None = None

    def limit(self, parameters: Any) -> int | None:
        """Rows asked for at most; None if the statement does not say."""
        found: Any = self.rows
        if self.rows_name is not None and isinstance(parameters, Mapping):
            found = parameters.get(self.rows_name)
        elif self.rows_place is not None and isinstance(parameters, Sequence):
            found = parameters[self.rows_place] if self.rows_place < len(parameters) else None
        return found if isinstance(found, int) else None


def read_statement(sql: str) -> Statement | None:
    """What the statement asks for; None if it does not select by an operator of pgvector's."""
    if not _OPERATOR.search(sql) or not _SELECTS.match(sql):
        return None
    # Long ones have a vector written into them: no two are alike.
    return _remembered(sql) if len(sql) <= _MAX_REMEMBERED_LENGTH else _read(sql)


def _read(sql: str) -> Statement:
    score, measure = next(_scores(sql), (None, None))
    table = _TABLE.search(sql)
    literal = _LITERAL.search(sql)
    return Statement(
        table=table[1].replace('"', "") if table else None,
        is_filtered=_WHERE.search(sql) is not None,
        score=score,
        measure=measure,
        vector=tuple(map(float, json.loads(literal[1]))) if literal else None,
        **_rows(sql),
    )


_remembered = lru_cache(maxsize=512)(_read)


def _rows(sql: str) -> dict[str, Any]:
    found = _LIMIT.search(sql)
    if found is None:
        return {}
    number, name, positional, numbered = found.groups()
    if positional:
        return {"rows_place": len(_POSITIONAL.findall(sql, 0, found.start()))}
    if numbered:
        return {"rows_place": int(numbered) - 1}
    return {"rows_name": name} if name else {"rows": int(number)}


def _scores(sql: str) -> Iterator[tuple[str, Measure | None]]:
    """Name and measure of each selected distance."""
    for selected in _LIST.finditer(sql):
        for item in _items(selected[1]):
            if _OPERATOR.search(item):
                found = _ALIAS.fullmatch(item)
                expression, alias = found.groups() if found else (item, None)
                yield alias or _NAMELESS, _measure(expression)


def _measure(expression: str) -> Measure | None:
    bare = re.sub(r"[\s()]", "", expression)
    for form, measure in _FORMS:
        found = form.fullmatch(bare)
        if found:
            return measure or MEASURES[found[1]]
    return None


def _items(selected: str) -> Iterator[str]:
    """The parts between the commas that stand in no brackets and no quotes."""
    depth, quoted, start = 0, False, 0
    for at, character in enumerate(selected):
        if character == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif character in "()[]":
            depth += 1 if character in "([" else -1
        elif character == "," and depth == 0:
            yield selected[start:at]
            start = at + 1
    yield selected[start:]
