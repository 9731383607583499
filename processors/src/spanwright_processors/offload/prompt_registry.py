"""System prompts by their SHA-256: the text, when it was first and last used, and under which names.

``prompts/SHA256/text.zst`` is the text as it was stored first; beside it each process keeps one object a day
with what it saw. Those of past days are joined. What is said of a prompt only grows, so that joining twice
does no harm.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from spanwright_semconv.attributes import GEN_AI_INPUT_MESSAGES, GEN_AI_SYSTEM_INSTRUCTIONS
from spanwright_semconv.prompt import instruction_texts, message_texts, system_prompt_sha256

from ..days import day as day_of
from . import layout
from .compression import compressed, decompressed
from .error import MissingError
from .full_text import FullText
from .layout import PROMPTS, SUFFIX
from .pieces import encoded
from .place import Place

#: Distinct prompts that a process registers in a day. A prompt that holds the time of day is new each time.
MOST_A_DAY = 1000
#: Different values of one label that are noted.
MOST_VALUES = 16
#: Users that are noted: two different ones tell that a prompt is not one's alone. Traces likewise.
MOST_USERS, MOST_TRACES = 2, 64
#: Seconds after which ``last_seen`` is written anew.
_STALE_SECONDS = 600.0
_NOBODY = ""


@dataclass(slots=True)
class Seen:
    """What is known of a prompt. Times are seconds since the epoch.

    ``users`` are digests, empty for a trace without a user; ``traces`` are ``DAY/TRACE``. Where there are as
    many as are noted there may be others.
    """

    first: float
    last: float
    labels: dict[str, set[str]] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    traces: set[str] = field(default_factory=set)

    def add(self, other: Seen) -> bool:
        """Take in what ``other`` knows; True if that is more than the time."""
        before = self._known()
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        for label, values in other.labels.items():
            known = self.labels.setdefault(label, set())
            known |= set(sorted(values)[: MOST_VALUES - len(known)])
        for known, more, most in (
            (self.users, other.users, MOST_USERS),
            (self.traces, other.traces, MOST_TRACES),
        ):
            known |= set(sorted(more - known)[: most - len(known)])
        return self._known() != before

    def _known(self) -> tuple[int, ...]:
        return (*(len(values) for values in self.labels.values()), len(self.users), len(self.traces))

    def encode(self) -> bytes:
        fields = {
            "first": self.first,
            "last": self.last,
            "labels": {label: sorted(values) for label, values in sorted(self.labels.items())},
            "users": sorted(self.users),
            "traces": sorted(self.traces),
        }
        return encoded(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))

    @classmethod
    def decode(cls, content: bytes) -> Seen:
        fields = json.loads(content.decode("utf-8", "surrogatepass"))
        labels = {label: set(values) for label, values in fields["labels"].items()}
        return cls(fields["first"], fields["last"], labels, set(fields["users"]), set(fields["traces"]))


@dataclass(frozen=True, slots=True)
class Prompt:
    """A registered system prompt. ``sha256`` is that of the prompt as it was sent, before it was masked."""

    sha256: str
    text: str
    seen: Seen

    @property
    def is_masked(self) -> bool:
        """True if the text is not what was sent: something in it was masked."""
        return system_prompt_sha256([self.text]) != self.sha256

    def label(self, name: str) -> str:
        """The values of a label, joined; empty if there is none."""
        return ", ".join(sorted(self.seen.labels.get(name, ())))

    @property
    def family(self) -> str:
        """What its versions have in common: the prompt's name, else its pipeline, agent or service."""
        return next(filter(None, map(self.label, ("name", "pipeline", "agent", "service"))), "")


class PromptRegistrar:
    """Registers the system prompts of spans. For one thread; raises ``PlaceError``.

    ``refused`` counts spans whose prompt was one too many on its day.
    """

    def __init__(self, place: Place, writer: str, most_a_day: int = MOST_A_DAY) -> None:
        self._place = place
        self._writer = writer
        self._most_a_day = most_a_day
        self._seen: OrderedDict[tuple[str, str], Seen] = OrderedDict()
        self._written: dict[tuple[str, str], float] = {}
        self._day = ""
        self._generation = 0
        self.refused = 0

    def register(self, spans: Iterable[FullText], now: float) -> None:
        """Note the prompts of ``spans``; what is new about one is written."""
        objects: dict[str, bytes] = {}
        for span in spans:
            if span.prompt is None or not span.values:
                continue
            key = (day_of(now), span.prompt)
            self._begin(key[0])
            seen = self._seen.get(key)
            if seen is None and (text := system_prompt(span)) is not None and self._has_room():
                objects[_text_name(span.prompt)] = compressed(encoded(text))
                seen = self._seen[key] = _sight(span, now)
            if seen is not None:
                self._note(key, seen, _sight(span, now), objects)
        if objects:
            self._place.put(objects)

    def forget(self) -> None:
        """Every prompt is news again: some may have been erased. What was noted of the others stays."""
        self._generation += 1
        self._seen.clear()
        self._written.clear()

    def _begin(self, day: str) -> None:
        if day != self._day:
            self._day = day
            self.forget()

    def _has_room(self) -> bool:
        has_room = len(self._seen) < self._most_a_day
        self.refused += not has_room
        return has_room

    def _note(self, key: tuple[str, str], seen: Seen, sight: Seen, objects: dict[str, bytes]) -> None:
        is_news = seen.add(sight)
        if is_news or key not in self._written or seen.last - self._written[key] > _STALE_SECONDS:
            self._written[key] = seen.last
            day, sha256 = key
            objects[f"{PROMPTS}/{sha256}/{day}~{self._writer}-{self._generation}.json"] = seen.encode()


def _sight(span: FullText, now: float) -> Seen:
    """What one span tells of its prompt."""
    at = span.ended(now)
    user = layout.user_digest(span.user) if span.user else _NOBODY
    labels = {label: {value} for label, value in span.labels.items()}
    return Seen(at, at, labels, {user}, {f"{span.day(now)}/{span.trace_id:032x}"})


def system_prompt(span: FullText) -> str | None:
    """The text of the system prompt, parts joined by a newline; None where the span has none."""
    instructions = span.value(GEN_AI_SYSTEM_INSTRUCTIONS)
    if instructions is not None:
        texts = list(instruction_texts(_decoded(instructions)))
    else:
        messages = span.value(GEN_AI_INPUT_MESSAGES)
        texts = [] if messages is None else list(message_texts(_decoded(messages)))
    return "\n".join(texts) if texts else None


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _text_name(sha256: str) -> str:
    return f"{PROMPTS}/{sha256}/text{SUFFIX}"


def prompts(place: Place) -> list[Prompt]:
    """Every registered prompt, the one seen first first. Raises ``PlaceError``."""
    found = []
    for sha256, names in _sights(place).items():
        seen = _joined(place, names)
        text = _text(place, sha256)
        if seen is not None and text is not None:
            found.append(Prompt(sha256, text, seen))
    return sorted(found, key=lambda prompt: (prompt.seen.first, prompt.sha256))


def _sights(place: Place) -> dict[str, list[str]]:
    """The objects that tell of each prompt."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in place.names(PROMPTS):
        if name.endswith(".json"):
            found[name.split("/")[1]].append(name)
    return dict(found)


def _joined(place: Place, names: Iterable[str]) -> Seen | None:
    joined: Seen | None = None
    for _, content in place.get_all(names):
        try:
            seen = Seen.decode(content)
        except (ValueError, KeyError, TypeError):
            continue
        if joined is None:
            joined = seen
        else:
            joined.add(seen)
    return joined


def _text(place: Place, sha256: str) -> str | None:
    try:
        return decompressed(place.get(_text_name(sha256))).decode("utf-8", "surrogatepass")
    except (MissingError, ValueError):
        return None


def forget_prompts(
    place: Place, sha256s: Collection[str], users: Collection[str], first_day: str = ""
) -> int:
    """Remove those prompts that nobody but one of ``users`` used, or only traces that were erased; how many.

    Traces of days before ``first_day`` have passed their retention: they were not erased.
    """
    forgotten = 0
    for sha256 in sorted(sha256s):
        names = place.names(f"{PROMPTS}/{sha256}")
        seen = _joined(place, (name for name in names if name.endswith(".json")))
        if seen is not None and (_is_theirs(seen, users) or _is_orphan(place, seen, first_day)):
            place.delete(names)
            forgotten += 1
    return forgotten


def _is_theirs(seen: Seen, users: Collection[str]) -> bool:
    return len(seen.users) < MOST_USERS and seen.users <= set(users)


def _is_orphan(place: Place, seen: Seen, first_day: str) -> bool:
    """True if every trace that used the prompt was erased."""
    if len(seen.traces) >= MOST_TRACES:
        return False
    for trace in seen.traces:
        day, _, trace_id = trace.partition("/")
        if day < first_day or place.names(layout.traces_of(day, trace_id)):
            return False
    return True


def join_sights(place: Place, today: str) -> None:
    """Make one object of those that tell of a prompt's past days."""
    for sha256, names in _sights(place).items():
        past = [name for name in names if name.rpartition("/")[2][:10] < today]
        if len(past) > 1 and (seen := _joined(place, past)) is not None:
            joined = f"{PROMPTS}/{sha256}/{day_of(seen.last)}~joined.json"
            place.put({joined: seen.encode()})
            place.delete(name for name in past if name != joined)


def purge_prompts(place: Place, retention_days: int, clock: Callable[[], float] = time.time) -> int:
    """Remove prompts that were last used longer ago; how many. 0 days keeps all."""
    if not retention_days:
        return 0
    purged, due = 0, clock() - retention_days * 86_400
    for sha256, names in _sights(place).items():
        seen = _joined(place, names)
        if seen is not None and seen.last < due:
            place.delete([*names, _text_name(sha256)])
            purged += 1
    return purged


def labelled(labels: Mapping[str, set[str]]) -> str:
    """Labels as one line."""
    return "  ".join(f"{label}={', '.join(sorted(values))}" for label, values in sorted(labels.items()))
