"""The way of one span, or log record, through the tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry.trace import StatusCode
from spanwright_semconv.attributes import (
    GEN_AI_AGENT_NAME,
    GEN_AI_OPERATION_NAME,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_PROMPT_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_TOOL_NAME,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    GEN_AI_WORKFLOW_NAME,
    MCP_METHOD_NAME,
    SPANWRIGHT_DIALECTS,
    SPANWRIGHT_ORIGINAL_ATTRIBUTE,
    SPANWRIGHT_ORIGINAL_DROPPED_KEYS,
    SPANWRIGHT_ORIGINAL_KIND,
    SPANWRIGHT_ORIGINAL_NAME,
)

from ..span import Attributes, EditableLogRecord, EditableSpan
from .events import read_events, read_record
from .originals import Originals
from .placing import place, place_rows
from .recognition import KIND_WORDS, complete
from .reshaping import is_official
from .table import Dictionary, Plan, Rule, Table
from .translation import Placer, Translation
from .usage import CACHED_INPUT, whole_input

#: What the conventions themselves are called among the dialects.
_CONVENTIONS = "semconv"
#: Groups in the patterns of span names -> attribute.
_GROUPS = {
    "model": GEN_AI_REQUEST_MODEL,
    "tool": GEN_AI_TOOL_NAME,
    "agent": GEN_AI_AGENT_NAME,
    "workflow": GEN_AI_WORKFLOW_NAME,
    "prompt": GEN_AI_PROMPT_NAME,
}
_MODEL_OPERATIONS = frozenset(("chat", "generate_content", "text_completion", "embeddings"))
_PLACER = Placer(place, place_rows)
_Hit = tuple[str, Any, Rule]


def normalise(span: EditableSpan, dictionary: Dictionary, originals: Originals) -> None:
    """Edit ``span`` in place. One that follows the conventions, or is no GenAI span, is left alone."""
    attributes = span.attributes
    if SPANWRIGHT_DIALECTS in attributes:  # it was normalised before
        return
    try:
        _translate(span, dictionary, originals)
    except RecursionError:  # content nested beyond all sense: masking still sees it as it is
        return


def _translate(span: EditableSpan, dictionary: Dictionary, originals: Originals) -> None:
    attributes = span.attributes
    table, meanings = dictionary.of_scope(span.scope_name)
    plan = meanings.plan(attributes)
    hits = _hits(attributes, plan)
    operation = attributes.get(GEN_AI_OPERATION_NAME)
    is_told = hits or plan.contents or operation is not None or MCP_METHOD_NAME in attributes
    if not is_told and table is None and not _has_events(span, dictionary):
        return
    found = _operation(span, operation, hits, table)
    if table is not None and table.answered_apart and _has_no_answer(span, found):
        found = None
    translation = Translation(attributes, found, originals is Originals.DROP)
    translation.read(hits, plan.contents, _PLACER)
    _write(span, translation, dictionary, table, originals)


def _hits(attributes: Attributes, plan: Plan) -> list[_Hit]:
    """The attributes that need something, official ones to be put right first, then by their rules."""
    hits = [(key, attributes[key], rule) for key, rule in plan.rules]
    wrong = [(key, attributes[key], _TYPED) for key, kind in plan.typed if type(attributes[key]) is not kind]
    for key, rule in plan.shaped:
        value = attributes[key]
        if not is_official(rule.content, value):
            wrong.append((key, value, rule))
    return wrong + hits if wrong else hits


_TYPED = Rule("typed", "")


def _has_events(span: EditableSpan, dictionary: Dictionary) -> bool:
    return bool(span.events) and any(event.name in dictionary.events for event in span.events)


def _operation(span: EditableSpan, said: Any, hits: Sequence[_Hit], table: Table | None) -> str | None:
    """The operation by the span's name, its own dialect, the conventions, another dialect; None for none."""
    own = table.name if table is not None else None
    if said is None and table is not None and table.span_names:
        named = table.by_span_name(span.name)
        if named is not None:
            return named[0] or None
    for key, value, rule in hits:
        if rule.kind == "operation" and (said is None or key == GEN_AI_OPERATION_NAME or rule.dialect == own):
            found = rule.values.get(str(value).lower())
            if found is not None:
                return found or None
    return said if isinstance(said, str) else None


def _has_no_answer(span: EditableSpan, operation: str | None) -> bool:
    """True for a model call that did not fail and yet tells no answer."""
    told = (GEN_AI_OUTPUT_MESSAGES, GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS, "response_data")
    is_call = operation in _MODEL_OPERATIONS and span.status_code is not StatusCode.ERROR
    return is_call and not any(key in span.attributes for key in told)


def _name_parts(span: EditableSpan, translation: Translation, table: Table | None) -> None:
    """What the span's name tells by the dialect's patterns, and what is true of all its spans."""
    if table is None:
        return
    named = table.by_span_name(span.name) if table.span_names else None
    for group, value in named[1].items() if named is not None else ():
        _offer(translation, _GROUPS[group], value)
    for key, value in table.defaults.get(translation.operation or "", {}).items() if table.defaults else ():
        _offer(translation, key, value)


def _offer(translation: Translation, key: str, value: Any) -> None:
    if value and translation.get(key) is None:
        translation.put(key, value)


def _complete_counts(span: EditableSpan, translation: Translation, table: Table | None) -> None:
    """Count cached input as input where the dialect does not."""
    if table is None or not table.uncached_input or not span.scope_name.startswith(table.uncached_input):
        return
    counted = translation.get(GEN_AI_USAGE_INPUT_TOKENS)
    if type(counted) is not int:
        return
    parts = {key: translation.get(key) for key in CACHED_INPUT}
    whole = whole_input(parts, counted)
    if whole != counted:
        translation.new[GEN_AI_USAGE_INPUT_TOKENS] = whole


def _complete_models(translation: Translation) -> None:
    """The model asked for, where only the one that answered is told."""
    answered = translation.get(GEN_AI_RESPONSE_MODEL)
    if answered is not None and translation.get(GEN_AI_REQUEST_MODEL) is None:
        translation.put(GEN_AI_REQUEST_MODEL, answered)


def _write(
    span: EditableSpan,
    translation: Translation,
    dictionary: Dictionary,
    table: Table | None,
    originals: Originals,
) -> None:
    _name_parts(span, translation, table)
    events = span.events
    if events:
        events = read_events(span, translation, dictionary.events, originals is Originals.KEEP)
    if translation.operation in _MODEL_OPERATIONS:
        _complete_counts(span, translation, table)
        _complete_models(translation)
    kind, name = complete(span, translation)
    attributes = span.attributes
    said = attributes.get(GEN_AI_OPERATION_NAME)
    if said != translation.operation:
        if said is not None:
            translation.move(GEN_AI_OPERATION_NAME, said)
        if translation.operation is not None:
            translation.new[GEN_AI_OPERATION_NAME] = translation.operation
    is_renamed, is_rekinded = name != span.name, kind is not span.kind
    changed = translation.new or translation.gone or translation.left or is_renamed or is_rekinded
    if not changed and events is span.events:
        return
    _settle(attributes, translation, originals)
    if is_renamed:
        attributes.setdefault(SPANWRIGHT_ORIGINAL_NAME, span.name)
    if is_rekinded:
        attributes.setdefault(SPANWRIGHT_ORIGINAL_KIND, KIND_WORDS[span.kind])
    span.name, span.kind, span.events = name, kind, events
    if table is not None:
        translation.dialects.add(table.name)
    attributes[SPANWRIGHT_DIALECTS] = tuple(sorted(translation.dialects)) or (_CONVENTIONS,)


def _settle(attributes: Attributes, translation: Translation, originals: Originals) -> None:
    """Put the new attributes in, and the old ones away as far as the settings want it."""
    if originals is Originals.KEEP:
        for key in (*translation.dropped, *translation.private):
            attributes.pop(key, None)
        overwritten = {f"{SPANWRIGHT_ORIGINAL_ATTRIBUTE}.{key}" for key in translation.new}
        attributes.update(translation.new)
        attributes.update((key, value) for key, value in translation.left.items() if key in overwritten)
    else:
        for key in translation.gone:
            attributes.pop(key, None)
        attributes.update(translation.new)
        attributes.update(translation.left)
    if translation.dropped:
        patterns = {_pattern(key) for key in translation.dropped}
        attributes[SPANWRIGHT_ORIGINAL_DROPPED_KEYS] = tuple(sorted(patterns))


def _pattern(key: str) -> str:
    """``embedding.embeddings.*.embedding.vector``: the same for each of a list."""
    return ".".join("*" if part.isdigit() else part for part in key.split("."))


def normalise_record(record: EditableLogRecord, dictionary: Dictionary, originals: Originals) -> None:
    """Edit a log record in place; an event of one message becomes the conventions' event of details."""
    attributes = record.attributes
    _, meanings = dictionary.of_scope("")
    plan = meanings.plan(attributes)
    hits = _hits(attributes, plan)
    kind = dictionary.events.get(record.event_name or str(attributes.get("event.name", "")))
    if SPANWRIGHT_DIALECTS in attributes or not (hits or plan.contents or kind):
        return
    translation = Translation(attributes, attributes.get(GEN_AI_OPERATION_NAME), originals is Originals.DROP)
    translation.read(hits, plan.contents, _PLACER)
    name = record.event_name
    is_read = originals is not Originals.KEEP and kind in ("input", "output") and read_record(record, kind)
    if not (is_read or translation.new or translation.gone):
        return
    _settle(attributes, translation, originals)
    if is_read and name:
        attributes[SPANWRIGHT_ORIGINAL_NAME] = name
    attributes[SPANWRIGHT_DIALECTS] = tuple(sorted(translation.dialects)) or (_CONVENTIONS,)
