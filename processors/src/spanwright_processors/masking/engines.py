"""Which engines look for what: our own patterns, Presidio's compiled ones, Presidio's analyzer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..counters import Counters, process_counters
from ..detect import official_numbers
from ..detect.engine import Detector, is_plain
from ..detect.finding import Entity, Finding
from ..detect.found import NotReadyError
from ..detect.native import NativeScanner
from ..detect.native import scanner as native_scanner
from .loading import Loading, State, importing
from .settings import Engine, MaskSettings, wrong

if TYPE_CHECKING:
    from ..presidio import FastEngine
    from .analyzer import Analyzer


_FIRST_TEXT = "call 415-555-2671 or a@example.com, account 12345678, https://example.com, 2024-01-02"


#: Types that our own patterns look for where no definition of Presidio's does.
_STAND_INS: frozenset[str] = frozenset(
    {Entity.CRYPTO, Entity.MAC_ADDRESS, *(entity for entity, _least, _find in official_numbers.FINDERS)}
)


class EngineReport(NamedTuple):
    """What finds beside our own patterns, for ``spanwright doctor``.

    ``left_out``: recognizers that are not used, with the reason; ``changed``: those whose validation is not
    the one that ours was held to. ``closed``: text is dropped while the state is not READY.
    """

    state: State
    versions: Mapping[str, str]
    recognizers: tuple[str, ...]
    left_out: Mapping[str, str]
    changed: tuple[str, ...]
    error: str
    closed: bool


class CombinedDetector(Detector):
    """Our patterns, Presidio's compiled definitions, and an analyzer if there is one.

    What overlaps, whichever engine found it, is settled by the one rule of ``merge``. Where ``exact``, ours
    look only for what Presidio has no definition of. Until the definitions are loaded, and where they cannot
    be, ours find alone; or, if ``closed``, ``NotReadyError`` is raised over all text that could hold
    anything. ``entities`` None: all that any engine knows, but ``ignored``.
    """

    def __init__(
        self,
        entities: Collection[str] | None,
        regions: tuple[str, ...],
        engine: Loading[FastEngine],
        analyzer: Analyzer | None = None,
        *,
        ignored: frozenset[str] = frozenset(),
        exact: bool = False,
        closed: bool = False,
        native: bool = True,
    ) -> None:
        self._entities = entities
        self._regions = regions
        self._ignored = ignored
        self._engine = engine
        self._analyzer = analyzer
        self._is_exact = exact
        self._is_closed = closed
        self._native = native
        self._parts: tuple[Detector, FastEngine, list[str]] | None = None
        self._reader: NativeScanner | None = None
        super().__init__(tuple(Entity) if entities is None else entities, regions, native=native)

    def reader(self) -> NativeScanner | None:
        """None with an analyzer, which may find anything, and where nothing may be looked at yet."""
        if self._analyzer is not None or (self._engine.value is None and self._is_closed):
            return None
        engine = self._engine.value
        if engine is None:
            return self._scanner
        if self._parts is None:
            self._made(engine)
        return self._reader

    def candidates(self, text: str, known: Sequence[Finding] = ()) -> list[Finding]:
        if is_plain(text):
            return []
        engine = self._engine.value
        if engine is None:
            if self._is_closed:
                raise NotReadyError(failed=self._engine.state is State.FAILED)
            return super().candidates(text, known)
        beside, engine, types = self._parts or self._made(engine)
        found = engine.find(text, types) if types else []
        found += beside.candidates(text, found)
        if self._analyzer is not None:
            found += self._analyzer.find(text)
        return found

    def without_analyzer(self) -> CombinedDetector:
        """One for what is looked at on the application's thread: open, and without a model."""
        return CombinedDetector(
            self._entities,
            self._regions,
            self._engine,
            ignored=self._ignored,
            exact=self._is_exact,
            native=self._native,
        )

    @property
    def is_loading(self) -> bool:
        return self._engine.state is State.LOADING

    def report(self, seconds: float) -> EngineReport:
        """What finds, once it is loaded or ``seconds`` are over."""
        loadings = [self._engine, *([self._analyzer.loading] if self._analyzer else [])]
        states = [loading.wait(seconds) for loading in loadings]
        errors = [str(loading.error) for loading in loadings if loading.error is not None]
        definitions = self._engine.value.definitions if self._engine.value is not None else None
        return EngineReport(
            min(states, key=[State.FAILED, State.LOADING, State.READY].index),
            definitions.versions if definitions else {},
            tuple(each.name for each in definitions.recognizers) if definitions else (),
            definitions.left_out if definitions else {},
            definitions.changed if definitions else (),
            errors[0] if errors else "",
            self._is_closed,
        )

    def when_changed(self, call: Callable[[], None]) -> None:
        self._engine.when_ready(call)

    def fork(self) -> None:
        self._engine.fork()
        if self._analyzer is not None:
            self._analyzer.fork()

    def _made(self, engine: FastEngine) -> tuple[Detector, FastEngine, list[str]]:
        """Our part and Presidio's. E-mail addresses in URLs only ours finds."""
        wanted = _wanted(self._entities, self._ignored, engine)
        left = (wanted - engine.entities) | (wanted & {Entity.EMAIL_ADDRESS})
        beside = left if self._is_exact else wanted - (_STAND_INS & engine.entities)
        types = sorted(wanted & engine.entities)
        families = engine.families(types) if self._native and types else None
        if self._native and (families is not None or not types):
            self._reader = native_scanner(beside, families)
        self._parts = Detector(beside, self._regions, native=self._native), engine, types
        return self._parts


def make_detector(
    settings: MaskSettings,
    wanted: Collection[str] | None,
    ignored: frozenset[str] = frozenset(),
    counters: Counters | None = None,
) -> Detector:
    """The detector that ``mask.engine`` asks for; ``wanted`` None: all types but those ``ignored``.

    Raises ``ValueError`` where what it needs is not installed. What takes long goes on after the return.
    """
    own = tuple(Entity) if wanted is None else wanted
    if settings.engine is Engine.OWN:
        return Detector(own, settings.phone_regions, native=settings.native_scanner)
    from ..presidio import is_installed

    if not is_installed():
        if settings.engine is Engine.AUTO and not settings.asks_for_presidio:
            return Detector(own, settings.phone_regions, native=settings.native_scanner)
        key = "locales" if settings.locales else "recognizers"
        key = key if settings.engine is Engine.AUTO else f"engine={settings.engine.value}"
        otherwise = "engine=own, or install spanwright-processors[presidio],"
        raise wrong(key, "presidio-analyzer is not installed", otherwise)
    counters = process_counters() if counters is None else counters
    closed = settings.engine is not Engine.AUTO or settings.asks_for_presidio
    return CombinedDetector(
        wanted,
        settings.phone_regions,
        _loading_engine(settings, counters, closed, lambda engine: _wanted(wanted, ignored, engine)),
        _analyzer(settings, counters),
        ignored=ignored,
        exact=settings.engine is not Engine.AUTO,
        closed=closed,
        native=settings.native_scanner,
    )


def _wanted(entities: Collection[str] | None, ignored: frozenset[str], engine: FastEngine) -> frozenset[str]:
    return frozenset({*Entity, *engine.entities} if entities is None else entities) - ignored


def _loading_engine(
    settings: MaskSettings,
    counters: Counters,
    closed: bool,
    wanted: Callable[[FastEngine], frozenset[str]],
) -> Loading[FastEngine]:
    # Imported here and not on the thread: see ``loading``.
    import spanwright_processors.presidio.engine  # noqa: F401

    from ..presidio import Selection, load_engine
    from ..presidio.recognizers_file import check_recognizers_file

    if settings.recognizers is not None:
        check_recognizers_file(settings.recognizers)
    selection = Selection(settings.locales, settings.recognizers)

    def load() -> FastEngine:
        engine = load_engine(selection, native=settings.native_scanner)
        if engine is None:
            raise RuntimeError("presidio-analyzer is not installed any more.")
        left_out = engine.definitions.left_out
        if left_out and settings.recognizers is not None:
            names = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
            raise ValueError(
                f"{settings.recognizers} cannot be compiled ({names}). Run these by mask.engine=presidio."
            )
        with importing:  # the first text takes a tenth of a second, which no span's time has to pay for
            engine.find(_FIRST_TEXT, sorted(wanted(engine) & engine.entities))
        return engine

    instead = "All text is dropped until this is corrected." if closed else "The built-in patterns are used."
    return Loading("Presidio's definitions", load, instead, counters)


def _analyzer(settings: MaskSettings, counters: Counters) -> Analyzer | None:
    if settings.engine is not Engine.PRESIDIO or settings.analyzer is None:
        return None
    from .analyzer import Analyzer, check_analyzer, load_analyzer

    reference = settings.analyzer
    check_analyzer(reference)
    loading = Loading(
        "the analyzer",
        lambda: load_analyzer(reference),
        "All text is dropped until this is corrected.",
        counters,
        imports=True,
    )
    seconds = settings.budget_ms / 1e3 if settings.budget_ms else None
    return Analyzer(loading, settings.analyzer_entities, settings.analyzer_language, seconds)
