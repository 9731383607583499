from __future__ import annotations

import pytest
from spanwright_analysis.prompt_versions import PromptError, found, two, versions
from spanwright_processors.offload.prompt_registry import Prompt, Seen


def prompt(sha256: str, first: float, **labels: str) -> Prompt:
    return Prompt(
        sha256.ljust(64, "0"), sha256, Seen(first, first, {key: {value} for key, value in labels.items()})
    )


KNOWN = versions(
    [
        prompt("ab12", 3, name="support"),
        prompt("ab34", 1, name="support", pipeline="bot"),
        prompt("cd56", 2, pipeline="bot"),
        prompt("ef78", 9),
    ]
)


def test_versions_are_numbered_by_name() -> None:
    """The one seen first is 1; what has no name of its own goes by its pipeline, else by its hash."""
    assert [(one.prompt.text, one.title) for one in KNOWN] == [
        ("ef78", "ef7800000000"),
        ("cd56", "bot@1"),
        ("ab34", "support@1"),
        ("ab12", "support@2"),
    ]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("support", "ab12"),
        ("support@1", "ab34"),
        ("bot", "cd56"),
        ("AB34", "ab34"),
        ("ef7800", "ef78"),
    ],
)
def test_what_is_typed_is_found(typed: str, text: str) -> None:
    """A name's latest, a version, or the beginning of a hash."""
    assert found(typed, KNOWN).prompt.text == text


@pytest.mark.parametrize("typed", ["none", "support@3", "ab1", "9999"])
def test_what_is_not_there(typed: str) -> None:
    """The error says where to look."""
    with pytest.raises(PromptError, match=f'find the prompt "{typed}": .* Run: spanwright prompts list'):
        found(typed, KNOWN)


def test_several_that_begin_alike() -> None:
    """Are named."""
    known = versions([prompt("abcd12", 1), prompt("abcd34", 2)])
    with pytest.raises(PromptError, match=r'which prompt "abcd" is: abcd12\w+, abcd34\w+ begin so'):
        found("abcd", known)


def test_two_to_compare() -> None:
    """Both named, or a version and the one before it."""
    assert [one.title for one in two(["support"], KNOWN)] == ["support@1", "support@2"]
    assert [one.title for one in two(["bot", "support"], KNOWN)] == ["bot@1", "support@2"]
    for alone in ("support@1", "ef78"):
        with pytest.raises(PromptError, match=r"no version before it is registered\. Name two prompts"):
            two([alone], KNOWN)
