"""What can be set about masking, and what the presets stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..audit.settings import AuditSettings
from ..detect.finding import GIVEN, Entity
from ..detect.phone import DEFAULT_REGIONS
from ..detect.policy import Action, Scope

_LEAST_VALUE_BYTES = 1024
#: Types of Presidio that are not ours, and those of custom recognizers.
_PRESIDIO_TYPE = re.compile(r"NRP|URL|UUID|CRYPTO|LOCATION|ORGANIZATION|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PATTERN = re.compile(r"[^*]+\*?|\*")


class Preset(StrEnum):
    """What is looked for where nothing else is set."""

    STRICT = "strict"  #: every guess counts, and what cannot be read as text is dropped
    STANDARD = "standard"
    OFF = "off"  #: nothing is looked for, nothing masked


class Engine(StrEnum):
    """Who finds."""

    AUTO = "auto"  #: our own patterns, and Presidio's definitions where presidio-analyzer is installed
    OWN = "own"  #: our own patterns, which need nothing installed
    FAST = "fast"  #: Presidio's definitions, compiled; ours for what it has none for
    PRESIDIO = "presidio"  #: the same, and an ``AnalyzerEngine`` for what needs a model or code


class Report(StrEnum):
    """What a span tells of what was found in it."""

    COUNTS = "counts"  #: also how many of each type were replaced
    TYPES = "types"
    FLAGS = "flags"  #: only whether anything was found, and masked
    NONE = "none"


class Whole(StrEnum):
    """What becomes of a whole attribute, whatever it holds."""

    DROP = "drop"
    HASH = "hash"


@dataclass(frozen=True)
class PolicySettings:
    """What differs from the general policy; what is not set stays as it is there.

    A preset also sets the least score back to its own, unless one stands beside it. Actions and allowed
    values add to those of the general policy.
    """

    preset: Preset | None = None
    entities: tuple[str, ...] | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    min_score: float | None = None
    min_scores: Mapping[str, float] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    allow_by_type: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_policy(self)


@dataclass(frozen=True)
class AttributeSettings(PolicySettings):
    """The policy of the attributes that a pattern names; ``value`` decides on the whole attribute."""

    value: Whole | None = None


@dataclass(frozen=True)
class EnvironmentSettings(PolicySettings):
    """The policy of one environment, and of attributes there."""

    attributes: Mapping[str, AttributeSettings] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_patterns(self.attributes)


@dataclass(frozen=True)
class MaskSettings:
    """What is looked for in the text of spans and log records, and what is put in its place."""

    #: What is looked for where nothing else is set: standard; strict (every guess counts, binary data is
    #: dropped); off (nothing is masked, and content is not captured on this step's account).
    preset: Preset = Preset.STANDARD
    #: Who finds: own (our patterns, which need nothing installed); auto (those, and Presidio's definitions,
    #: compiled, where presidio-analyzer is installed; neither it nor spaCy is imported); fast (exactly what
    #: Presidio finds of the types it knows, ours for names and secrets); presidio (fast, and the `analyzer`).
    #: Until the definitions are loaded, and where they cannot be, auto uses ours, the others drop text.
    engine: Engine = Engine.AUTO
    #: Countries, as Presidio codes them (us, uk, de, in …), whose recognizers are used too that are off by
    #: default.
    locales: tuple[str, ...] = ()
    #: A YAML file of your own recognizers in Presidio's form: a list to add to its own, or a registry's
    #: configuration in their place. Compiled like the others; those with code of their own need presidio.
    recognizers: str | None = None
    #: For the engine presidio: `package.module:name` of an AnalyzerEngine or of a function that returns one,
    #: or a YAML file in the form of Presidio's AnalyzerEngineProvider. No model is ever downloaded.
    analyzer: str | None = None
    #: What the analyzer is asked for.
    analyzer_entities: tuple[str, ...] = ("PERSON", "LOCATION", "NRP")
    #: The language it is asked in.
    analyzer_language: str = "en"
    #: Types looked for. Default: all that the engine knows (the guide on masking lists them) but DATE_TIME,
    #: URL and UUID, which only strict looks for; and what the analyzer is asked for.
    entities: tuple[str, ...] | None = None
    #: What becomes of each type: mask (`[EMAIL]`), pseudonym (`[EMAIL_3f2a91c0]`, the same for the same
    #: value), hash (`[EMAIL_3f2a91c05b1e77d4]`, the same in all traces), partial (`[CARD_4242]`, the last
    #: four), drop (nothing in its place) or keep (reported only). Types not named are masked.
    actions: Mapping[str, Action] = field(default_factory=dict)
    #: Where the pseudonyms of one value agree: within a trace, or in all traces (under one
    #: SPANWRIGHT_HASH_KEY).
    pseudonym_scope: Scope = Scope.TRACE
    #: Findings below this score, 0 to 1, do not count. Default: 0.4, under strict 0.
    min_score: float | None = None
    #: The same by type, such as `PHONE_NUMBER=0.6`.
    min_scores: Mapping[str, float] = field(default_factory=dict)
    #: Values that are never masked, in any case: the support address, the company's own telephone number.
    allow: tuple[str, ...] = ()
    #: The same by type, in a file.
    allow_by_type: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Policies by `deployment.environment.name` of the resource, in a file.
    environments: Mapping[str, EnvironmentSettings] = field(default_factory=dict)
    #: Policies by attribute, in a file: an attribute's name, or the beginning of names and `*`. The longest
    #: pattern wins; `value: drop` removes the attribute, `value: hash` leaves a keyed hash of it.
    attributes: Mapping[str, AttributeSettings] = field(default_factory=dict)
    #: What a span tells of what was found in it: types (and the flags), counts (also how many of each type
    #: were replaced), flags (found, masked) or none.
    report: Report = Report.TYPES
    #: Attributes that hold no text, besides those that never do (ids, models, figures). E-mail addresses and
    #: secrets are masked in them nevertheless; in those that never hold text so are telephone, card, account
    #: and social security numbers that show what they are, with a keyed hash in their place.
    skip_keys: frozenset[str] = frozenset()
    #: Regions (ISO 3166 codes) whose telephone numbers are found without a country code.
    phone_regions: tuple[str, ...] = DEFAULT_REGIONS
    #: Names and passwords found in one span are masked in the later spans of its trace as well.
    carry_over: bool = True
    #: Bytes (UTF-8) of one value, 1,024 or more; a longer one is replaced by `[OVERSIZE]` as a whole.
    max_value_bytes: int = 1_000_000
    #: Milliseconds that looking at one span or log record may take; what is not looked at by then is replaced
    #: by `[TIMEOUT]`. 0: no limit.
    budget_ms: int = 1000
    #: Bytes of memory for what was found in texts that come again, as chat histories do; 0 switches it off.
    cache_bytes: int = 8_000_000
    #: Whether `spanwright-native` is used where it is installed: the same findings, sooner.
    native_scanner: bool = True
    #: Whether an entry of W3C baggage that holds something to mask is left out of what is sent to others.
    baggage: bool = True
    #: The originals of what was masked, apart and encrypted, 30 days at most; off unless a folder is named.
    audit: AuditSettings = field(default_factory=AuditSettings)

    def __post_init__(self) -> None:
        check_policy(self)
        check_patterns(self.attributes)
        check_entities("analyzer_entities", self.analyzer_entities)
        self._check_engine()
        for key, least in (("max_value_bytes", _LEAST_VALUE_BYTES), ("budget_ms", 0), ("cache_bytes", 0)):
            value = getattr(self, key)
            if value < least:
                why = f"{value} is negative" if value < 0 else f"{value} is too few"
                raise wrong(key, why, f"{least} or more")
        for region in self.phone_regions:
            if not (len(region) == 2 and region.isascii() and region.isupper()):
                raise wrong("phone_regions", f"{region!r} is not a region", "codes such as US, GB")

    @property
    def asks_for_presidio(self) -> bool:
        """True if recognizers are asked for that only Presidio's definitions have."""
        return bool(self.locales or self.recognizers)

    def _check_engine(self) -> None:
        if self.engine is Engine.PRESIDIO and not self.analyzer:
            raise wrong("engine", "presidio needs mask.analyzer", "mask.analyzer too, or fast")
        if self.engine is Engine.OWN and self.asks_for_presidio:
            key = "locales" if self.locales else "recognizers"
            raise wrong(key, "the engine own has no recognizers of Presidio's", "mask.engine=fast")
        for locale in self.locales:
            if not (locale.isascii() and locale.isalpha() and locale.islower()):
                raise wrong("locales", f"{locale!r} is not a country's code", "codes such as us, uk, de")


def check_policy(policy: PolicySettings | MaskSettings) -> None:
    """Raises ``ValueError`` for unknown types and impossible scores."""
    for key, names in (
        ("entities", policy.entities or ()),
        ("actions", policy.actions),
        ("min_scores", policy.min_scores),
        ("allow_by_type", policy.allow_by_type),
    ):
        check_entities(key, names)
    if policy.min_score is not None:
        _check_score("min_score", policy.min_score)
    for score in policy.min_scores.values():
        _check_score("min_scores", score)


def check_entities(key: str, names: Iterable[str]) -> None:
    known = frozenset({*Entity, GIVEN})
    for name in names:
        if name not in known and not _PRESIDIO_TYPE.fullmatch(name):
            raise wrong(key, f"{name!r} is not a known type", f"some of {', '.join(Entity)}")


def check_patterns(patterns: Iterable[str]) -> None:
    """Raises ``ValueError`` for a pattern that is neither a name nor the beginning of names and ``*``."""
    for pattern in patterns:
        if not _PATTERN.fullmatch(pattern):
            raise wrong("attributes", f"{pattern!r} has its * elsewhere than at its end", "such as http.*")


def _check_score(key: str, score: float) -> None:
    if not 0 <= score <= 1:
        raise wrong(key, f"{score} is not between 0 and 1", "a number from 0 to 1")


def wrong(key: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use mask.{key}: {why}. Set {instead} instead.")
