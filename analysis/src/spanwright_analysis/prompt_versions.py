"""Registered system prompts as versions of what they are called, and finding one by what a user types."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spanwright_processors.offload.prompt_registry import Prompt

_HEX = re.compile(r"[0-9a-f]{4,64}")


class PromptError(Exception):
    """No prompt, or several, are meant by what was typed. The message says which there are."""


class Version(NamedTuple):
    """A prompt, and which of those with its name it is: 1 is the one that was seen first."""

    prompt: Prompt
    number: int

    @property
    def title(self) -> str:
        """``NAME@NUMBER``, and of a prompt without any name its hash."""
        family = self.prompt.family
        return f"{family}@{self.number}" if family else self.prompt.sha256[:12]


def versions(prompts: Iterable[Prompt]) -> list[Version]:
    """Every prompt with its number, by name, oldest first."""
    families: defaultdict[str, list[Prompt]] = defaultdict(list)
    for prompt in sorted(prompts, key=lambda prompt: (prompt.seen.first, prompt.sha256)):
        families[prompt.family].append(prompt)
    return [
        Version(prompt, number)
        for family in sorted(families)
        for number, prompt in enumerate(families[family], 1)
    ]


def found(typed: str, known: Sequence[Version]) -> Version:
    """The prompt that ``typed`` means: the beginning of its hash, ``NAME@NUMBER``, or ``NAME``, its latest.

    Raises ``PromptError``.
    """
    name, at, number = typed.rpartition("@")
    if at and number.isdigit():
        matches = [one for one in known if one.prompt.family == name and one.number == int(number)]
    else:
        matches = [one for one in known if one.prompt.family == typed][-1:]
    if not matches and _HEX.fullmatch(typed.lower()):
        matches = [one for one in known if one.prompt.sha256.startswith(typed.lower())]
    if len(matches) == 1:
        return matches[0]
    if matches:
        several = ", ".join(one.prompt.sha256[:16] for one in matches[:5])
        raise PromptError(f'Cannot tell which prompt "{typed}" is: {several} begin so. Give more digits.')
    raise PromptError(
        f'Cannot find the prompt "{typed}": none is registered under that hash or name. '
        "Run: spanwright prompts list"
    )


def two(typed: Sequence[str], known: Sequence[Version]) -> tuple[Version, Version]:
    """Two prompts to compare; of one alone, it and the version before it. Raises ``PromptError``."""
    if len(typed) == 2:
        return found(typed[0], known), found(typed[1], known)
    after = found(typed[0], known)
    before = [
        one for one in known if one.prompt.family == after.prompt.family and one.number == after.number - 1
    ]
    if not after.prompt.family or not before:
        raise PromptError(
            f"Cannot compare {after.title}: no version before it is registered. Name two prompts."
        )
    return before[0], after
