"""Which engines look for what: our own patterns, Presidio's compiled ones, Presidio's analyzer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ..detect.engine import Detector, is_plain
from ..detect.finding import Entity, Finding
from .settings import Engine, MaskSettings

if TYPE_CHECKING:
    from ..presidio import FastEngine
    from .analyzer import Analyzer

#: What Presidio's definitions look for beside our types unless types are named: numbers of documents and
#: accounts. Not addresses of pages and machines, dates and UUIDs, which are nobody's.
_DEFAULT_FAST = frozenset(
    {"CRYPTO", "MEDICAL_LICENSE", "US_BANK_NUMBER", "US_DRIVER_LICENSE", "US_ITIN", "US_PASSPORT"}
)


class CombinedDetector(Detector):
    """Our secrets and names, Presidio's compiled definitions, and an analyzer if there is one.

    What overlaps, whichever engine found it, is settled by the one rule of ``merge``.
    """

    def __init__(
        self, entities: Collection[str], regions: tuple[str, ...], fast: FastEngine, analyzer: Analyzer | None
    ) -> None:
        types = frozenset(entities)
        self._fast = fast
        self._fast_types = sorted(types & fast.entities)
        self._analyzer = analyzer
        super().__init__((types - fast.entities) | (types & {Entity.EMAIL_ADDRESS}), regions)

    def candidates(self, text: str) -> list[Finding]:
        if is_plain(text):
            return []
        found = super().candidates(text)
        if self._fast_types:
            found += self._fast.find(text, self._fast_types)
        if self._analyzer is not None:
            found += self._analyzer.find(text)
        return found

    def fork(self) -> None:
        if self._analyzer is not None:
            self._analyzer.fork()


def make_detector(settings: MaskSettings, wanted: Collection[str] | None) -> Detector:
    """The detector that ``mask.engine`` asks for; ``wanted`` None: the types worth masking.

    Raises ``ValueError`` where what it needs is not installed.
    """
    if settings.engine is Engine.OWN:
        return Detector(tuple(Entity) if wanted is None else wanted, settings.phone_regions)
    from ..presidio import load_engine

    fast = load_engine()
    if fast is None:
        raise ValueError(
            f"Cannot use mask.engine={settings.engine.value}: presidio-analyzer is not installed. "
            "Install spanwright-processors[presidio], or set mask.engine=own."
        )
    types = frozenset({*Entity, *_DEFAULT_FAST}) if wanted is None else frozenset(wanted)
    return CombinedDetector(types, settings.phone_regions, fast, _analyzer(settings))


def _analyzer(settings: MaskSettings) -> Analyzer | None:
    if settings.engine is not Engine.PRESIDIO or settings.analyzer is None:
        return None
    from .analyzer import Analyzer, load_analyzer

    seconds = settings.budget_ms / 1e3 if settings.budget_ms else None
    engine = load_analyzer(settings.analyzer)
    return Analyzer(engine, settings.analyzer_entities, settings.analyzer_language, seconds)
