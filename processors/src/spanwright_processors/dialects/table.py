"""The tables of dialects, and what an attribute's name means by them.

A table is a TOML file. Its sections, all optional:

* ``scopes``: how the names of the instrumentation scopes begin that write the dialect. ``own_scopes_only =
  true``: its attributes mean this only there, since their names are anybody's (``model``).
* ``[attributes]``: attribute -> official attribute, or several of which each takes the value where it has
  none; ``{to = …, divided_by = 1000}`` for another unit, ``{to = …, values = {…}}`` for other words.
* ``[operation]``: attribute -> its values -> ``gen_ai.operation.name``. A value ``""`` says that it is no
  operation.
* ``[objects]``: attribute that holds an object (a map, or JSON) -> path in it -> official attribute.
* ``[content]``: attribute, or beginning of flattened ones (``llm.input_messages.*``) -> what it holds:
  ``input`` and ``output`` (by operation: messages, a tool's arguments and result, a search's query and
  documents), ``input_messages``, ``output_messages``, ``input_text`` and ``output_text`` (text, whatever it
  looks like), ``system``, ``tools``, ``tool_calls``, ``usage``, ``documents``, ``query``; ``events``: a
  list of the message events of v1.28; ``packed``: Datadog's whole record as MessagePack.
* ``[events]``: name of a span event or log event -> ``input`` or ``output`` messages, ``first_chunk`` (its
  time is that of the first chunk).
* ``[span_names]``: regular expression of a whole span name -> operation; its groups, named ``model``,
  ``tool``, ``agent`` or ``workflow``, are what they say.
* ``[defaults]``: operation -> official attribute -> its value where nothing says it.
* ``drop``: attributes or beginnings of flattened ones that are dropped whatever the settings say: embedding
  vectors.
* ``repeats``: attributes that say again what others of the dialect say; what of them found no place goes
  where the settings drop originals.
* ``answered_apart = true``: the answer to a streamed call is told by a second span; the first, which has
  none, is no call of its own.
* ``uncached_input``: scopes whose input tokens leave out what was read from or written to a cache.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from spanwright_semconv.attributes import USER_ID
from spanwright_semconv.checker import KNOWN_NAMESPACES, definition_of

from .flattened import Layout, layout_of
from .values import EXACT

CONTENT = frozenset(
    (
        "input",
        "output",
        "input_messages",
        "input_text",
        "output_text",
        "output_messages",
        "system",
        "tools",
        "tool_calls",
        "usage",
        "documents",
        "query",
        "events",
        "packed",
    )
)
#: Names of attributes that are remembered. Enough for any application; bounds memory where names are
#: anybody's.
_MAX_REMEMBERED = 8192
#: Sets of names that are remembered, and of how many names each at most: some MB where conversations are
#: flattened.
_MAX_PLANS = 256
_LONGEST_PLAN = 128
_SECTIONS = frozenset(
    (
        "description",
        "scopes",
        "own_scopes_only",
        "answered_apart",
        "attributes",
        "operation",
        "objects",
        "content",
        "events",
        "span_names",
        "defaults",
        "drop",
        "repeats",
        "uncached_input",
    )
)


class TableError(ValueError):
    """A table that cannot be used; the message names file, section and key."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What an attribute means. ``family``: the beginning it shares with others of a flattened structure."""

    kind: str  #: attribute, operation, object, content, drop, repeat, typed or unknown
    dialect: str
    order: int = 0
    family: str | None = None
    targets: tuple[str, ...] = ()
    divided_by: float | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    content: str = ""
    repeats: bool = False  #: what of it finds no place is said elsewhere
    is_plain: bool = False  #: only the name is another


@dataclass(frozen=True, eq=False)
class Table:
    """One dialect."""

    name: str
    scopes: tuple[str, ...]
    own_scopes_only: bool
    answered_apart: bool
    uncached_input: tuple[str, ...]
    exact: Mapping[str, Rule]
    families: tuple[tuple[str, str, Rule], ...]
    events: Mapping[str, str]
    span_names: tuple[tuple[re.Pattern[str], str], ...]
    defaults: Mapping[str, Mapping[str, Any]]
    _known_names: dict[str, tuple[str, Mapping[str, str]] | None] = field(default_factory=dict)

    def by_span_name(self, name: str) -> tuple[str, Mapping[str, str]] | None:
        """The operation that a span's name tells, and the name's parts; None where it tells nothing."""
        try:
            return self._known_names[name]
        except KeyError:
            pass
        matches = ((pattern.fullmatch(name), operation) for pattern, operation in self.span_names)
        found = next(((op, match.groupdict()) for match, op in matches if match is not None), None)
        if len(self._known_names) >= _MAX_REMEMBERED:
            self._known_names.clear()
        self._known_names[name] = found
        return found


def read_table(name: str, text: str, first: int = 0) -> Table:
    """The table in a TOML text; its rules are ordered from ``first``. Raises ``TableError``."""
    try:
        source = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"Cannot read the dialect {name}: {error}. Correct the file.") from None
    unknown = sorted(set(source) - _SECTIONS)
    if unknown:
        raise TableError(
            f"Cannot read the dialect {name}: there is no section {unknown[0]!r}. Correct its name."
        )
    rules = list(_rules(name, source, first))
    return Table(
        name=name,
        scopes=tuple(source.get("scopes", ())),
        own_scopes_only=source.get("own_scopes_only", False),
        answered_apart=source.get("answered_apart", False),
        uncached_input=tuple(source.get("uncached_input", ())),
        exact={key: rule for key, rule in rules if rule.family is None},
        families=tuple(
            (rule.family, key[len(rule.family) + 1 :], rule) for key, rule in rules if rule.family is not None
        ),
        events={str(key): str(kind) for key, kind in source.get("events", {}).items()},
        span_names=tuple((re.compile(key), str(op)) for key, op in source.get("span_names", {}).items()),
        defaults=source.get("defaults", {}),
    )


def _rules(name: str, source: Mapping[str, Any], first: int) -> Iterable[tuple[str, Rule]]:
    order = first
    repeats = set(source.get("repeats", ()))
    for section in ("operation", "objects", "attributes", "content"):
        for key, meaning in source.get(section, {}).items():
            order += 1
            rule = _rule(name, section, key, meaning, order)
            yield key, replace(rule, repeats=True) if key in repeats else rule
            repeats.discard(key)
    for key in source.get("drop", ()):
        yield key, Rule("drop", name, order + 1, _family(key))
    for key in sorted(repeats):
        yield key, Rule("repeat", name, order + 2, _family(key), repeats=True)


def _rule(name: str, section: str, key: str, meaning: Any, order: int) -> Rule:
    if section == "content":
        if meaning not in CONTENT:
            raise TableError(
                f"Cannot read the dialect {name}: {key} holds {meaning!r}. "
                f"Use one of {', '.join(sorted(CONTENT))}."
            )
        return Rule("content", name, order, _family(key), content=meaning)
    if section == "operation":
        return Rule("operation", name, order, values={k.lower(): op for k, op in meaning.items()})
    if section == "objects":
        for target in meaning.values():
            _check_targets(name, key, _listed(target))
        return Rule("object", name, order, values={path: _listed(target) for path, target in meaning.items()})
    options = meaning if isinstance(meaning, dict) else {"to": meaning}
    targets = _listed(options["to"])
    _check_targets(name, key, targets)
    words = {word.lower(): value for word, value in options.get("values", {}).items()}
    divisor = options.get("divided_by")
    is_plain = len(targets) == 1 and divisor is None and not words and targets[0] != USER_ID
    return Rule("attribute", name, order, None, targets, divisor, words, is_plain=is_plain)


def _listed(target: Any) -> tuple[str, ...]:
    return (target,) if isinstance(target, str) else tuple(target)


def _check_targets(name: str, key: str, targets: Iterable[str]) -> None:
    for target in targets:
        definition = definition_of(target)
        if definition is None or definition.deprecated is not None:
            raise TableError(
                f"Cannot read the dialect {name}: {key} leads to {target}, which is not in the conventions. "
                "Name an attribute of the reference."
            )


def _family(key: str) -> str | None:
    """``llm.tools.`` of ``llm.tools.*`` and of ``llm.tools.*.tool.name``."""
    head, star, _ = key.partition("*")
    return head if star else None


class Content(NamedTuple):
    """The attributes that one rule of content is about."""

    rule: Rule
    keys: tuple[str, ...]
    #: Of a family of flattened messages that may be plain text.
    layout: Layout | None


def content_of(rule: Rule, keys: Iterable[str]) -> Content:
    keys = tuple(keys)
    return Content(rule, keys, None if rule.family is None else layout_of(keys, len(rule.family)))


class Plan(NamedTuple):
    """What the attributes of one set of names need."""

    typed: tuple[tuple[str, type], ...]  #: official ones, and the type their values must have
    shaped: tuple[tuple[str, Rule], ...]  #: official content, whose shape must be looked at
    contents: tuple[Content, ...]
    rules: tuple[tuple[str, Rule], ...]  #: all others that need something, in the order of their rules


class Meanings(dict[str, "Rule | type | None"]):
    """Attribute -> None where it needs nothing, the type its values must have, or its rule; found once."""

    def __init__(self, tables: Iterable[Table]) -> None:
        super().__init__()
        self._exact: dict[str, Rule] = {}
        self._families: list[tuple[str, str, Rule]] = []
        self._plans: dict[tuple[str, ...], Plan] = {}
        for table in tables:
            for key, rule in table.exact.items():
                self._exact.setdefault(key, rule)
            self._families += table.families
        self._families.sort(key=lambda entry: (-len(entry[0]), -len(entry[1])))

    def __missing__(self, key: str) -> Rule | type | None:
        if len(self) >= _MAX_REMEMBERED:
            self.clear()
        found = self[key] = self._look_up(key)
        return found

    def plan(self, attributes: Iterable[str]) -> Plan:
        """What attributes of these names need. One instrumentation's spans have few sets of names."""
        keys = tuple(attributes)
        plan = self._plans.get(keys)
        if plan is None:
            plan = self._planned(keys)
            if len(keys) <= _LONGEST_PLAN:
                if len(self._plans) >= _MAX_PLANS:
                    self._plans.clear()
                self._plans[keys] = plan
        return plan

    def _planned(self, keys: Iterable[str]) -> Plan:
        meanings = [(key, self[key]) for key in keys]
        rules = [(key, rule) for key, rule in meanings if isinstance(rule, Rule)]
        rules.sort(key=lambda entry: entry[1].order)
        contents: dict[Rule, list[str]] = {}
        for key, rule in rules:
            if rule.kind == "content":
                contents.setdefault(rule, []).append(key)
        return Plan(
            typed=tuple((key, kind) for key, kind in meanings if isinstance(kind, type)),
            shaped=tuple((key, rule) for key, rule in rules if rule.kind == "typed"),
            contents=tuple(content_of(rule, held) for rule, held in contents.items()),
            rules=tuple((key, rule) for key, rule in rules if rule.kind not in ("typed", "content")),
        )

    def _look_up(self, key: str) -> Rule | type | None:
        rule = self._exact.get(key)
        if rule is not None:
            return rule
        definition = definition_of(key)
        if definition is None or definition.deprecated is not None:
            for family, ending, rule in self._families:
                if key.startswith(family) and key.endswith(ending):
                    return rule
            # What the conventions' namespaces do not know has no business there; ours come from a later
            # version.
            is_foreign = key.startswith(KNOWN_NAMESPACES) and not key.startswith("spanwright.")
            return _UNKNOWN if is_foreign else None
        if definition.shape is not None:
            return Rule("typed", "", content=definition.shape)
        return EXACT.get(definition.type)


_UNKNOWN = Rule("unknown", "", 1_000_000)


class Dictionary:
    """All tables together. Where two know one attribute, that of the span's scope does, then the first."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._tables = tuple(tables)
        self._everywhere = tuple(table for table in self._tables if not table.own_scopes_only)
        self._scopes: dict[str, tuple[Table | None, Meanings]] = {}
        self._meanings: dict[Table | None, Meanings] = {}
        self.events: dict[str, str] = {}
        for table in self._tables:
            for name, kind in table.events.items():
                self.events.setdefault(name, kind)

    def of_scope(self, scope: str) -> tuple[Table | None, Meanings]:
        """The dialect that the spans of a scope are written in, and what attributes mean there."""
        try:
            return self._scopes[scope]
        except KeyError:
            pass
        if len(self._scopes) >= _MAX_REMEMBERED:
            self._scopes.clear()
        table = next((each for each in self._tables if each.scopes and scope.startswith(each.scopes)), None)
        meanings = self._meanings.get(table)
        if meanings is None:
            first = () if table is None else (table,)
            meanings = self._meanings[table] = Meanings((*first, *self._everywhere))
        found = self._scopes[scope] = (table, meanings)
        return found


#: Where several know an attribute or a scope, the conventions' own former names come last.
_LAST = ("semconv",)


@cache
def builtin_tables() -> tuple[Table, ...]:
    """The tables of this package."""
    folder = files(__package__)
    names = [item.name[: -len(".toml")] for item in folder.iterdir() if item.name.endswith(".toml")]
    names.sort(key=lambda name: (name in _LAST, name))
    return tuple(
        read_table(name, (folder / f"{name}.toml").read_text(encoding="utf-8"), at * 1000)
        for at, name in enumerate(names)
    )


def dictionary(paths: Iterable[str]) -> Dictionary:
    """The tables at ``paths``, which win, and those of this package. Raises ``TableError``, ``OSError``."""
    own = [
        read_table(Path(path).stem, Path(path).read_text(encoding="utf-8"), (at - 100) * 1000)
        for at, path in enumerate(paths)
    ]
    return Dictionary((*own, *builtin_tables()))
