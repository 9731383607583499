"""What a span is by the conventions: its operation's kinds, its name, what it must carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from opentelemetry.trace import SpanKind, StatusCode
from spanwright_semconv.attributes import (
    ERROR_TYPE,
    EXCEPTION_TYPE,
    GEN_AI_AGENT_NAME,
    GEN_AI_PROVIDER_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_TOOL_NAME,
    GEN_AI_WORKFLOW_NAME,
    MCP_METHOD_NAME,
    SPANWRIGHT_ORIGINAL_ATTRIBUTE,
)
from spanwright_semconv.checker import span_types
from spanwright_semconv.definitions import SpanDefinition

from ..span import EditableSpan
from .providers import REMOTE, UNKNOWN, provider_of, provider_of_model
from .translation import Translation

#: Operation -> the attribute that its span's own name tells where it is missing.
_NAMED = {
    "execute_tool": GEN_AI_TOOL_NAME,
    "invoke_agent": GEN_AI_AGENT_NAME,
    "create_agent": GEN_AI_AGENT_NAME,
    "invoke_workflow": GEN_AI_WORKFLOW_NAME,
}
#: What such names say besides.
_AROUND = re.compile(r"\.(?:tool|agent|workflow|task)$|^(?:execute_tool|running tool:?|invoke_agent)\s+")
#: The type of an error that nobody told.
_OTHER = "_OTHER"
_ERROR, _CLIENT, _INTERNAL = StatusCode.ERROR, SpanKind.CLIENT, SpanKind.INTERNAL
KIND_WORDS = {kind: kind.name.lower() for kind in SpanKind}
_PLACEHOLDER = re.compile(r"\{([^}]+)\}")


class _Form(NamedTuple):
    """Kinds and name of a type of span: the first attribute, then the first there is of the rest."""

    kinds: tuple[SpanKind, ...]
    first: str
    rest: tuple[str, ...]
    needs_provider: bool
    may_be_either: bool  #: of a call, or of what runs inside


def _form(definition: SpanDefinition) -> _Form:
    first, *rest = _PLACEHOLDER.findall(definition.name)
    kinds = tuple(kind for kind in SpanKind if kind.name.lower() in definition.kinds)
    keys = tuple(key for each in rest for key in each.split("|"))
    may_be_either = {_CLIENT, _INTERNAL} <= set(kinds)
    return _Form(kinds, first, keys, GEN_AI_PROVIDER_NAME in definition.required, may_be_either)


#: Operation -> the types of span it may be.
_FORMS: Mapping[str, tuple[_Form, ...]] = {
    operation: tuple(_form(each) for each in span_types().values() if operation in each.operations)
    for definition in span_types().values()
    for operation in definition.operations
}
_MCP = (_form(span_types()["mcp.client"]), _form(span_types()["mcp.server"]))


def complete(span: EditableSpan, translation: Translation) -> tuple[SpanKind, str]:
    """Add what the conventions ask for and the dialect tells elsewhere; gives the span's kind and name."""
    operation = translation.operation
    forms = _forms(span, operation)
    if span.status_code is _ERROR and (forms or operation) and translation.get(ERROR_TYPE) is None:
        translation.put(ERROR_TYPE, _error_type(span))
    if not forms:
        return span.kind, span.name
    if operation in _NAMED and translation.get(_NAMED[operation]) is None:
        _name_by_span(span, translation, operation)
    form = forms[0] if len(forms) == 1 else _form_of(span, forms)
    if form.needs_provider or GEN_AI_PROVIDER_NAME in span.attributes:
        _name_provider(span, translation, form.needs_provider)
    return _kind(span, form, translation), _name(form, translation)


def _form_of(span: EditableSpan, forms: tuple[_Form, ...]) -> _Form:
    return next((form for form in forms if span.kind in form.kinds), forms[0])


def _kind(span: EditableSpan, form: _Form, translation: Translation) -> SpanKind:
    """Who calls and who runs inside is often told wrong; a server's or queue's span is what it says."""
    kind = span.kind
    if kind is not _INTERNAL and kind is not _CLIENT:
        return kind
    if form.may_be_either and translation.get(GEN_AI_PROVIDER_NAME) in REMOTE:
        return _CLIENT
    return kind if kind in form.kinds else form.kinds[0]


def _forms(span: EditableSpan, operation: str | None) -> tuple[_Form, ...]:
    known = _FORMS.get(operation, ()) if operation is not None else ()
    return (*_MCP, *known) if MCP_METHOD_NAME in span.attributes else known


def _name(form: _Form, translation: Translation) -> str:
    first = translation.operation if form.first != MCP_METHOD_NAME else translation.get(MCP_METHOD_NAME)
    for key in form.rest:
        value = translation.get(key)
        if value is not None:
            return f"{first} {value}"
    return str(first)


def _name_by_span(span: EditableSpan, translation: Translation, operation: str) -> None:
    name = _AROUND.sub("", span.name)
    if name and name != operation:
        translation.put(_NAMED[operation], name)
    elif operation == "execute_tool":
        translation.put(GEN_AI_TOOL_NAME, _OTHER)


def _name_provider(span: EditableSpan, translation: Translation, needed: bool) -> None:
    said = translation.get(GEN_AI_PROVIDER_NAME)
    provider = provider_of(said) if isinstance(said, str) else None
    if provider is None:
        for key in (GEN_AI_RESPONSE_MODEL, GEN_AI_REQUEST_MODEL):
            model = translation.get(key)
            provider = provider or (provider_of_model(model) if isinstance(model, str) else None)
    if provider is None and (needed or said is not None):
        provider = UNKNOWN
    if provider is None or provider == said:
        return
    if said is not None and GEN_AI_PROVIDER_NAME in span.attributes:
        translation.left[f"{SPANWRIGHT_ORIGINAL_ATTRIBUTE}.{GEN_AI_PROVIDER_NAME}"] = said
    translation.new[GEN_AI_PROVIDER_NAME] = provider


def _error_type(span: EditableSpan) -> Any:
    for event in reversed(span.events):
        found = event.attributes.get(EXCEPTION_TYPE)
        if isinstance(found, str) and found:
            return found
    return _OTHER
