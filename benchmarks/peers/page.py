"""The results as a page of the documentation."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .emitters import OURS

if TYPE_CHECKING:
    from .__main__ import Result

_SIGNS = {True: "✓", False: "✗", None: "–"}


def page(results: Sequence[Result]) -> str:
    """Markdown: ratios, µs, cases, versions, machine."""
    now = datetime.now(UTC)
    return "\n".join(
        [
            "# Spanwright beside its peers",
            "",
            f"Written by `make bench-peers` on {now:%d %B %Y}. Each peer is installed in an environment of "
            "its own; in it the bare SDK, Spanwright and the peer run in three processes that take turns, "
            "with message content captured: the figures of one column compare with nothing but each other.",
            "",
            "## CPU a call, over the bare SDK",
            "",
            "How many times what Spanwright adds a peer adds, in the application's thread (below 1: less "
            "than Spanwright).",
            "",
            *_table(["call", *_titles(results)], _ratios(results)),
            "",
            "µs that are added in the application's thread: the peer's / Spanwright's in the same minutes. "
            "In brackets those of all threads together, until spans are encoded for OTLP: Spanwright's also "
            "mask, price and add up there.",
            "",
            *_table(["call", *_titles(results)], _figures(results)),
            "",
            "## Cases",
            "",
            "✓ right, ✗ wrong, – nothing to judge: no such attribute, or the call is not recorded. Half-read "
            "streams were given 4 s, with Spanwright's deadline set to one second.",
            "",
            *_table(["case", OURS.title, *_titles(results)], _cases(results)),
            "",
            "## Versions and machine",
            "",
            *_versions(results),
            f"* Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
            f"{_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
            "",
        ]
    )


def _titles(results: Sequence[Result]) -> list[str]:
    return [result.peer.title for result in results]


def _calls(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(name for result in results for name in result.added))


def _ratios(results: Sequence[Result]) -> Iterable[list[str]]:
    for name in _calls(results):
        yield [name, *(_ratio(result, name) for result in results)]


def _ratio(result: Result, name: str) -> str:
    added = result.added.get(name, {})
    peer, ours = added.get(result.peer.name), added.get(OURS.name)
    return f"{peer / ours:.1f}" if peer is not None and ours and ours > 0 else "–"


def _figures(results: Sequence[Result]) -> Iterable[list[str]]:
    for name in _calls(results):
        yield [name, *(_figure(result, name) for result in results)]


def _figure(result: Result, name: str) -> str:
    added, in_all = result.added.get(name, {}), result.in_all.get(name, {})
    if result.peer.name not in added:
        return "–"
    peer, ours = result.peer.name, OURS.name
    return f"{added[peer]:,.0f} / {added[ours]:,.0f} ({in_all[peer]:,.0f} / {in_all[ours]:,.0f})"


def _cases(results: Sequence[Result]) -> Iterable[list[str]]:
    titles = list(dict.fromkeys(title for result in results for title in result.cases[OURS.name]))
    for title in titles:
        ours = [result.cases[OURS.name].get(title) for result in results]
        # Tried in every environment, with the SDKs there: right is right in all.
        mine = all(ours) if None not in ours else None
        theirs = [result.cases[result.peer.name].get(title) for result in results]
        yield [title, *(_SIGNS[outcome] for outcome in (mine, *theirs))]
    counted = [
        sum(outcome is True for outcome in result.cases[result.peer.name].values()) for result in results
    ]
    best = statistics.median(sum(v is True for v in result.cases[OURS.name].values()) for result in results)
    yield [f"right, of {len(titles)}", f"{best:.0f}", *map(str, counted)]


def _versions(results: Sequence[Result]) -> Iterable[str]:
    for result in results:
        named = ", ".join(f"{name} {version}" for name, version in result.versions.items())
        yield f"* {result.peer.title}: {named}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _processor() -> str:
    """The model's name where the system tells."""
    facts = Path("/proc/cpuinfo")
    if not facts.exists():
        return platform.processor() or "unknown processor"
    names = [line for line in facts.read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else "unknown processor"
