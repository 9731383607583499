"""Which policy an attribute is masked by: the general one, that of the environment, that of its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from spanwright_semconv.attributes import DEPLOYMENT_ENVIRONMENT_NAME
from spanwright_semconv.content import NEVER_CONTENT_KEYS

from ..detect.engine import Detector, FindingCache
from ..detect.finding import GIVEN, Entity
from ..detect.policy import Action, Policy, Scope
from ..detect.redaction import Redactor
from .settings import AttributeSettings, MaskSettings, PolicySettings, Preset, Whole

#: Types that only ``strict`` looks for unless they are named: dates, and addresses of pages and machines,
#: which are mostly nobody's, and without which telemetry tells little.
OFF_BY_DEFAULT = frozenset({"DATE_TIME", "URL", "UUID"})
_MIN_SCORES = {Preset.STRICT: 0.0, Preset.STANDARD: 0.4, Preset.OFF: 1.0}
_CERTAIN = (Entity.EMAIL_ADDRESS, Entity.SECRET, GIVEN)
#: No finding is as sure.
_OUT_OF_REACH = 2.0
#: The environment's name before it was ``deployment.environment.name``.
_OLD_ENVIRONMENT_KEY = "deployment.environment"
#: Attribute names whose treatment is remembered. Names are few; where they are not, they hold data.
_MOST_KEYS = 4096


class Treatment(NamedTuple):
    """How one attribute is masked.

    ``redactor``: None leaves it alone. ``identifying``: it is an id or the name of a thing, in which less is
    looked for than in text.
    """

    redactor: Redactor | None
    identifying: bool = False
    whole: Whole | None = None


class Policies:
    """The treatments in one environment."""

    def __init__(self, maker: RedactorMaker, layers: list[PolicySettings], patterns: Patterns) -> None:
        self._maker = maker
        self._layers = layers
        self._patterns = patterns
        #: For what stands under no attribute: span names, status texts, log bodies.
        self.general = Treatment(maker.redactor(layers))
        #: For what never holds content: ids have to stay ids, by which spans are joined.
        self._identifying = Treatment(maker.redactor(layers, distinct=True), identifying=True)
        self._skipped = Treatment(_only_certain(self.general.redactor), identifying=True)
        #: Treatments asked for so far.
        self.by_key: dict[str, Treatment] = {}
        #: Whether anything is masked where no pattern says otherwise.
        self.masks = _masks(self.general.redactor)

    def treatment(self, key: str) -> Treatment:
        found = self.by_key.get(key)
        if found is None:
            found = self._treatment(key)
            if len(self.by_key) < _MOST_KEYS:
                self.by_key[key] = found
        return found

    def _treatment(self, key: str) -> Treatment:
        matching = [settings for pattern, settings in self._patterns if _matches(pattern, key)]
        if matching:
            whole = next((one.value for one in reversed(matching) if one.value is not None), None)
            return Treatment(self._maker.redactor([*self._layers, *matching]), whole=whole)
        if key in NEVER_CONTENT_KEYS:
            return self._identifying
        if key in self._maker.skipped:
            return self._skipped
        return self.general


def _only_certain(redactor: Redactor | None) -> Redactor | None:
    """For e-mail addresses and secrets, which nothing else is mistaken for."""
    if redactor is None:
        return None
    wanted = [entity for entity in _CERTAIN if redactor.policy.wants(entity)]
    return redactor.with_policy(replace(redactor.policy, entities=frozenset(wanted)))


#: Patterns of attribute names with their settings, the longest last: later ones win.
Patterns = list[tuple[str, AttributeSettings]]


class RedactorMaker:
    """Makes redactors that share detector and memory, one for each policy."""

    def __init__(
        self, settings: MaskSettings, detector: Detector, cache: FindingCache, distinct: bool = False
    ) -> None:
        self._distinct = distinct
        self.skipped = settings.skip_keys
        self._settings = settings
        self._detector = detector
        self._cache = cache

    def redactor(self, layers: Iterable[PolicySettings], *, distinct: bool = False) -> Redactor | None:
        """None where the last word is ``off``."""
        policy = _policy(self._settings, layers)
        if policy is None:
            return None
        if self._distinct or distinct:
            policy = replace(policy, distinct=True, scope=Scope.ALL)
        return Redactor(self._detector, self._cache, policy)


class Environments:
    """The policies by the environment that a resource names.

    ``distinct``: different values stay different, as pseudonyms that agree everywhere.
    """

    def __init__(
        self, settings: MaskSettings, detector: Detector, cache: FindingCache, *, distinct: bool = False
    ) -> None:
        maker = RedactorMaker(settings, detector, cache, distinct)
        general = _general(settings)
        self.general = Policies(maker, [general], _patterns(settings.attributes))
        self._named = {
            name: Policies(maker, [general, own], _patterns(settings.attributes, own.attributes))
            for name, own in settings.environments.items()
        }

    @property
    def mask_everywhere(self) -> bool:
        """True if every environment masks."""
        return self.general.masks and all(policies.masks for policies in self._named.values())

    def of(self, resource: Mapping[str, Any]) -> Policies:
        if not self._named:
            return self.general
        name = resource.get(DEPLOYMENT_ENVIRONMENT_NAME) or resource.get(_OLD_ENVIRONMENT_KEY)
        return self._named.get(name, self.general) if isinstance(name, str) else self.general


def _masks(redactor: Redactor | None) -> bool:
    if redactor is None:
        return False
    policy = redactor.policy
    wanted = policy.entities if policy.entities is not None else frozenset(Entity)
    return any(policy.action(entity) is not Action.KEEP for entity in wanted - {GIVEN})


def wanted_entities(settings: MaskSettings) -> frozenset[str] | None:
    """Every type that some policy looks for; None: all."""
    if settings.entities is None:
        return None
    return frozenset(entity for layer in _all_layers(settings) for entity in layer.entities or ())


def ignored_entities(settings: MaskSettings) -> frozenset[str]:
    """The types that no policy looks for although all are wanted: those off by default, unless named."""
    named: set[str] = set()
    for layer in _all_layers(settings):
        if layer.preset is Preset.STRICT:
            return frozenset()
        named.update(layer.entities or (), layer.actions, layer.min_scores)
    return OFF_BY_DEFAULT - named


def _all_layers(settings: MaskSettings) -> Iterator[PolicySettings]:
    yield _general(settings)
    yield from settings.attributes.values()
    for environment in settings.environments.values():
        yield environment
        yield from environment.attributes.values()


def _general(settings: MaskSettings) -> PolicySettings:
    return PolicySettings(
        preset=settings.preset,
        entities=settings.entities,
        actions=settings.actions,
        min_score=settings.min_score,
        min_scores=settings.min_scores,
        allow=settings.allow,
        allow_by_type=settings.allow_by_type,
    )


def _patterns(*groups: Mapping[str, AttributeSettings]) -> Patterns:
    """Later groups after earlier ones, and within a group the more exact pattern after the less exact."""
    return [
        (pattern, settings)
        for group in groups
        for pattern, settings in sorted(group.items(), key=lambda item: (item[0][-1:] != "*", len(item[0])))
    ]


def _matches(pattern: str, key: str) -> bool:
    return key.startswith(pattern[:-1]) if pattern.endswith("*") else key == pattern


def _policy(settings: MaskSettings, layers: Iterable[PolicySettings]) -> Policy | None:
    preset, least = Preset.STANDARD, _MIN_SCORES[Preset.STANDARD]
    entities: tuple[str, ...] | None = None
    actions: dict[str, Action] = {}
    min_scores: dict[str, float] = {}
    allow: set[str] = set()
    allow_by_type: dict[str, frozenset[str]] = {}
    for layer in layers:
        if layer.preset is not None:
            preset, least = layer.preset, _MIN_SCORES[layer.preset]
        least = least if layer.min_score is None else layer.min_score
        entities = entities if layer.entities is None else layer.entities
        actions |= layer.actions
        min_scores |= layer.min_scores
        allow |= _folded(layer.allow)
        for entity, values in layer.allow_by_type.items():
            allow_by_type[entity] = allow_by_type.get(entity, frozenset()) | _folded(values)
    if preset is Preset.OFF:
        return None
    if preset is Preset.STANDARD:
        unnamed = OFF_BY_DEFAULT.difference(entities or (), actions, min_scores)
        min_scores |= dict.fromkeys(unnamed, _OUT_OF_REACH)
    return Policy(
        actions=actions,
        min_score=least,
        min_scores=min_scores,
        entities=None if entities is None else frozenset({*entities, GIVEN}),
        allow=frozenset(allow),
        allow_by_type=allow_by_type,
        max_bytes=settings.max_value_bytes,
        drops_binary=preset is Preset.STRICT,
        scope=settings.pseudonym_scope,
    )


def _folded(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)
