"""From matches to findings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, RecognizerResult
from spanwright_processors.detect.finding import Finding
from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.finders import without_duplicates

FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from("AB"),
        st.integers(0, 6),
        st.integers(7, 12),
        st.sampled_from((0.0, 0.4, 0.5, 1.0)),
    ),
    max_size=8,
)


@given(findings=FINDINGS)
def test_duplicates_go_as_in_presidio(findings: list[Finding]) -> None:
    """The same remain, in the same order."""
    results = [RecognizerResult(*finding) for finding in findings]
    expected = EntityRecognizer.remove_duplicates(results)
    assert without_duplicates(findings) == [
        (each.entity_type, each.start, each.end, each.score) for each in expected
    ]


def test_iban_without_what_follows(engine: FastEngine) -> None:
    """The words after an IBAN are not a part of it, although its pattern would take them."""
    text = "to DE89370400440532013000 2 days ago"
    assert engine.find(text, {"IBAN_CODE"}) == [Finding("IBAN_CODE", 3, 25, 1.0)]


def test_iban_in_lower_case_is_less_certain(engine: FastEngine) -> None:
    """Its score is the pattern's."""
    assert engine.find("to de89370400440532013000.", {"IBAN_CODE"}) == [Finding("IBAN_CODE", 3, 25, 0.5)]


def test_a_match_counts_where_validation_fails(engine: FastEngine) -> None:
    """A digit that the validation cannot read hides nothing."""
    assert engine.find("a@example.com", {"EMAIL_ADDRESS"}) == [Finding("EMAIL_ADDRESS", 0, 13, 1.0)]
    assert engine.find("a@example.invalid", {"EMAIL_ADDRESS"}) == []
