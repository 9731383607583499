"""What happens to findings that overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect.finding import PLACEHOLDER_WORDS, Entity, Finding, merge

findings = st.lists(
    st.builds(
        lambda entity, start, length, score: Finding(entity, start, start + length, score),
        st.sampled_from(list(Entity)),
        st.integers(0, 60),
        st.integers(1, 20),
        st.floats(0, 1),
    ),
    max_size=12,
)


@given(findings)
def test_covers_all_and_overlaps_nowhere(given_findings: list[Finding]) -> None:
    """Every position of every finding stays covered, once."""
    merged = merge(given_findings)
    covered = {at for finding in given_findings for at in range(finding.start, finding.end)}
    positions = [at for finding in merged for at in range(finding.start, finding.end)]
    assert sorted(positions) == sorted(covered)
    assert merged == sorted(merged, key=lambda finding: finding.start)


def test_highest_score_gives_the_type() -> None:
    """The finding of the highest score wins, whatever its length."""
    merged = merge([Finding("PERSON", 0, 20, 0.5), Finding("EMAIL_ADDRESS", 5, 25, 1.0)])
    assert merged == [Finding("EMAIL_ADDRESS", 0, 25, 1.0)]


def test_equal_scores_go_to_the_longer_then_the_more_specific() -> None:
    """Of equal scores the longer wins, of equal lengths the type that stands first in Entity."""
    assert merge([Finding("PERSON", 0, 4, 0.6), Finding("SECRET", 2, 9, 0.6)])[0].type == "SECRET"
    assert merge([Finding("PHONE_NUMBER", 0, 9, 0.6), Finding("US_SSN", 0, 9, 0.6)])[0].type == "US_SSN"


def test_every_type_has_a_placeholder_of_its_own() -> None:
    """No two types share a placeholder."""
    assert set(PLACEHOLDER_WORDS) >= set(Entity)
    assert len(set(PLACEHOLDER_WORDS.values())) == len(PLACEHOLDER_WORDS)
