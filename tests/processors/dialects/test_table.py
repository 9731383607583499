"""The tables of dialects."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from spanwright_processors.dialects.table import (
    Dictionary,
    Rule,
    TableError,
    builtin_tables,
    dictionary,
    read_table,
)


def test_every_file_is_a_table() -> None:
    """One file per dialect; each says what it is, and the conventions' own comes last."""
    folder = files("spanwright_processors.dialects")
    names = [item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")]
    assert sorted(table.name for table in builtin_tables()) == sorted(names)
    assert builtin_tables()[-1].name == "semconv"
    for name in names:
        assert (folder / f"{name}.toml").read_text(encoding="utf-8").startswith("description = ")


def rule(book: Dictionary, scope: str, key: str) -> Rule:
    found = book.of_scope(scope)[1][key]
    assert isinstance(found, Rule)
    return found


def test_meanings() -> None:
    """Official names need their type only; unknown ones in the conventions' namespaces must go elsewhere."""
    _, meanings = Dictionary(()).of_scope("any")
    assert meanings["gen_ai.usage.input_tokens"] is int
    assert meanings["gen_ai.request.model"] is str
    assert meanings["http.route"] is None
    assert meanings["spanwright.of.tomorrow"] is None
    assert meanings["gen_ai.prompt.variable.city"] is str
    assert rule(Dictionary(()), "any", "gen_ai.nothing").kind == "unknown"
    assert rule(Dictionary(()), "any", "gen_ai.input.messages").kind == "typed"


def test_a_scopes_own_table_comes_first() -> None:
    """One attribute may mean two things; names that are anybody's mean something in their scopes only."""
    one = read_table("one", "scopes = ['one.']\n[attributes]\n'x' = 'gen_ai.request.model'")
    two = read_table(
        "two", "scopes = ['two.']\nown_scopes_only = true\n[attributes]\n'x' = 'session.id'\n'y' = 'user.id'"
    )
    book = Dictionary((one, two))
    assert rule(book, "one.a", "x").targets == ("gen_ai.request.model",)
    assert rule(book, "two.a", "x").targets == ("session.id",)
    assert rule(book, "other", "x").targets == ("gen_ai.request.model",)
    assert book.of_scope("other")[1]["y"] is None
    assert book.of_scope("two.a")[0] is two


def test_families() -> None:
    """Flattened attributes by their beginning; the longer beginning, and the one with an ending, first."""
    table = read_table("t", "drop = ['a.*.vector']\n[content]\n'a.*' = 'input'\n'a.b.*' = 'output'")
    book = Dictionary((table,))
    assert rule(book, "", "a.0.text").content == "input"
    assert rule(book, "", "a.b.0").content == "output"
    assert rule(book, "", "a.0.vector").kind == "drop"


def test_memory_is_bounded() -> None:
    """Names that are made up for each span do not pile up."""
    book = Dictionary(())
    _, meanings = book.of_scope("")
    for number in range(20_000):
        meanings[f"key.{number}"]
        book.of_scope(f"scope.{number}")
    assert len(meanings) <= 8192
    assert len(book._scopes) <= 8192


def test_own_tables_win(tmp_path: Path) -> None:
    """A file's rule for an attribute replaces the built-in one."""
    path = tmp_path / "mine.toml"
    path.write_text("[attributes]\n'llm.model_name' = 'gen_ai.request.model'")
    assert rule(dictionary([str(path)]), "", "llm.model_name").dialect == "mine"
    with pytest.raises(TableError, match="there is no section 'x'"):
        read_table("t", "x = 1")


def test_plans_by_names() -> None:
    """What attributes need is found once for the same names; rules in their order, content apart."""
    one = read_table(
        "one", '[attributes]\nb = "user.id"\na = "session.id"\n[content]\n"m.*" = "input_messages"'
    )
    _, meanings = Dictionary((one,)).of_scope("")
    names = ("x", "m.0.role", "a", "server.port", "b", "gen_ai.input.messages", "m.0.content")
    plan = meanings.plan(names)
    assert [key for key, _ in plan.rules] == ["b", "a"]
    assert plan.typed == (("server.port", int),)
    assert [key for key, _ in plan.shaped] == ["gen_ai.input.messages"]
    assert [content.keys for content in plan.contents] == [("m.0.role", "m.0.content")]
    assert meanings.plan(dict.fromkeys(names)) is plan


def test_plans_are_bounded() -> None:
    """Where every span has other names, or very many, memory does not grow."""
    _, meanings = Dictionary(()).of_scope("")
    first = meanings.plan(("a",))
    for number in range(300):
        meanings.plan((f"a{number}",))
    assert meanings.plan(("a",)) is not first
    many = [f"a{number}" for number in range(200)]
    assert meanings.plan(many) is not meanings.plan(many)
