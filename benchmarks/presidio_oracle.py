"""Presidio itself, pattern-only, as the oracle: an ``AnalyzerEngine`` on spaCy's blank English pipeline.

A blank pipeline has no lemmatizer and leaves every lemma empty, so that no context word could ever match;
here the lemma of a word is the word as written, as it is for words a lemmatizer's tables do not know.
"""

from __future__ import annotations

import logging

import spacy
import tldextract
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language
from spacy.tokens import Doc
from spanwright_processors.presidio.reading import registry
from spanwright_processors.presidio.selection import Selection

#: Every country that Presidio has recognizers of its own for.
LOCALES = (
    "us", "uk", "au", "ca", "sg", "in", "ph", "ng", "za", "fi", "de", "it", "pl", "es", "se", "kr", "th",
    "tr",
)  # fmt: skip

logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)


@Language.component("words_as_lemmas")
def _words_as_lemmas(doc: Doc) -> Doc:
    for token in doc:
        token.lemma_ = token.text
    return doc


class _BlankEnglish(SpacyNlpEngine):
    nlp: dict[str, Language] | None  # type: ignore[assignment]

    def load(self) -> None:
        blank = spacy.blank("en")
        blank.add_pipe("words_as_lemmas")
        blank.max_length = 10**9
        self.nlp = {"en": blank}


class Oracle:
    """Presidio with the recognizers of a selection; it neither fetches a suffix list nor writes one."""

    def __init__(self, selection: Selection = Selection()) -> None:  # noqa: B008 - frozen
        extractor = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
        tldextract.tldextract.TLD_EXTRACTOR = extractor
        engine = _BlankEnglish()
        engine.load()
        self.analyzer = AnalyzerEngine(registry=registry(selection), nlp_engine=engine)

    def find(self, text: str, **options: object) -> list[tuple[str, int, int, float]]:
        """What Presidio finds: type, start, end, score, in its order."""
        results = self.analyzer.analyze(text, "en", **options)  # type: ignore[arg-type]
        return [(each.entity_type, each.start, each.end, each.score) for each in results]
