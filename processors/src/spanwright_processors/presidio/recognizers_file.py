"""A first look at the user's YAML file of recognizers: what is wrong with it is said at start, in its words.

Presidio reads the file itself, in the child process that compiles it, and has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex


def check_recognizers_file(path: str) -> None:
    """Raises ``ValueError`` with every problem that can be told without Presidio."""
    try:
        problems = list(_problems(path))
    except OSError as error:
        problems = [f"it cannot be read ({error.strerror or error})"]
    if problems:
        raise ValueError(
            f"Cannot use mask.recognizers={path}: {'; '.join(problems)}. "
            "Correct the file, or set the path of a YAML file in Presidio's form instead."
        )


def _problems(path: str) -> Iterator[str]:
    import yaml

    if not Path(path).is_file():
        yield "there is no such file"
        return
    try:
        loaded = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        yield f"it is no YAML ({error.problem or error.context}{f', line {mark.line + 1}' if mark else ''})"
        return
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield f"it is no YAML ({type(error).__name__})"
        return
    registry = loaded.get("recognizer_registry", loaded) if isinstance(loaded, dict) else None
    recognizers = registry.get("recognizers") if isinstance(registry, dict) else None
    if not isinstance(recognizers, list):
        yield "it has no list named recognizers"
        return
    for number, recognizer in enumerate(recognizers, 1):
        if isinstance(recognizer, dict):
            name = recognizer.get("name") or f"number {number}"
            yield from (f"recognizer {name}: {problem}" for problem in _recognizer_problems(recognizer))


def _recognizer_problems(recognizer: dict[str, Any]) -> Iterator[str]:
    patterns = recognizer.get("patterns")
    if patterns is None:
        return
    if not isinstance(patterns, list) or not all(isinstance(pattern, dict) for pattern in patterns):
        yield "patterns is no list of name, regex and score"
        return
    for pattern in patterns:
        yield from _pattern_problems(pattern)


def _pattern_problems(pattern: dict[str, Any]) -> Iterator[str]:
    name, score = pattern.get("name", "without a name"), pattern.get("score")
    try:
        regex.compile(pattern["regex"])
    except KeyError:
        yield f"pattern {name} has no regex"
    except (regex.error, TypeError) as error:
        yield f"the regex of pattern {name} cannot be compiled ({error})"
    if not isinstance(score, int | float) or isinstance(score, bool) or not 0 <= score <= 1:
        yield f"the score of pattern {name} is not between 0 and 1"
