"""Places on spans: attributes of any name and form, events, links, status, names."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from urllib.parse import quote

from leaks.place import messages, paragraph, place
from opentelemetry import baggage, trace
from opentelemetry.context import attach, detach
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from support.planted import Planted

Group = Sequence[Planted]
_tracer = trace.get_tracer("leaks")

#: Attributes of GenAI conventions, of other instrumentations, of HTTP and databases, and of nobody.
_TEXT_KEYS = (
    "app.note",
    "input.value",
    "traceloop.entity.input",
    "langfuse.observation.output",
    "gen_ai.retrieval.query.text",
    "gen_ai.prompt.variable.topic",
    "gen_ai.evaluation.explanation",
    "db.query.text",
    "x",
)


def _span(**attributes: object) -> None:
    """A span with attributes, their names with ``__`` for a dot."""
    with _tracer.start_as_current_span("work") as span:
        span.set_attributes({key.replace("__", "."): value for key, value in attributes.items()})  # type: ignore[misc]


@place("attributes of any name")
def any_name(group: Group) -> None:
    with _tracer.start_as_current_span("work") as span:
        for key, value in zip(_TEXT_KEYS, group, strict=True):
            span.set_attribute(key, value.sentence)


@place("attributes given at the start")
def at_the_start(group: Group) -> None:
    keys = [f"at.start.{value.kind}" for value in group]
    with _tracer.start_as_current_span(
        "work", attributes={key: value.sentence for key, value in zip(keys, group, strict=True)}
    ):
        pass


@place("a list attribute")
def list_attribute(group: Group) -> None:
    _span(notes=[value.sentence for value in group])


@place("a map attribute")
def map_attribute(group: Group) -> None:
    _span(note={"values": {value.kind: [value.sentence] for value in group}})


@place("a bytes attribute")
def bytes_attribute(group: Group) -> None:
    _span(raw=paragraph(group).encode())


@place("messages")
def message_parts(group: Group) -> None:
    text = paragraph(group)
    _span(
        gen_ai__operation__name="chat",
        gen_ai__input__messages=messages(text),
        gen_ai__output__messages=messages(text, "assistant"),
        gen_ai__system_instructions=json.dumps([{"type": "text", "content": text}]),
    )


@place("messages of other conventions")
def flattened_messages(group: Group) -> None:
    with _tracer.start_as_current_span("openai.chat") as span:
        for number, value in enumerate(group):
            span.set_attribute(f"gen_ai.prompt.{number}.content", value.sentence)
            span.set_attribute(f"llm.input_messages.{number}.message.content", value.sentence)


@place("JSON nested in JSON strings")
def json_in_strings(group: Group) -> None:
    inner = json.dumps({"say": paragraph(group), "one": {"two": [value.sentence for value in group]}})
    twice = json.dumps({"arguments": inner})
    _span(gen_ai__tool__call__arguments=json.dumps({"request": {"body": twice}}))


@place("JSON with every character escaped")
def escaped(group: Group) -> None:
    text = "".join(f"\\u{ord(character):04x}" for character in paragraph(group))
    _span(
        gen_ai__input__messages=f'[{{"role":"user","parts":[{{"type":"text","content":"{text}"}}]}}]',
        note=f'{{"a":"\\ud83d\\ude00{text}","b":["{text}"]}}',
    )


@place("JSON that was cut")
def cut_json(group: Group) -> None:
    whole = messages(paragraph(group))
    _span(gen_ai__input__messages=whole[:-6], note='{"so": "far", "text": "' + paragraph(group))


@place("the source form of Python values")
def python_source(group: Group) -> None:
    _span(note=str([{"role": "user", "content": value.sentence} for value in group]))


@place("lines of a table")
def table(group: Group) -> None:
    _span(note="\n".join(f"| {number} | {value.sentence} |" for number, value in enumerate(group)))


@place("text in other scripts around")
def other_scripts(group: Group) -> None:
    _span(note="".join(f"こんにちは。 {value.sentence} Ünïcödé 😀 " for value in group))


@place("keys that say what they hold")
def typed_keys(group: Group) -> None:
    value = {one.kind: one.text for one in group}
    digits = "".join(filter(str.isdigit, value["card"]))
    customer = {
        "name": value["name"],
        "email": value["email"],
        "phone": value["phone"],
        "cardNumber": int(digits),
        "ssn": int(value["ssn"].replace("-", "")) if value["ssn"][0] != "0" else value["ssn"],
        "iban": value["iban"],
        "password": value["secret"].rpartition("=")[2],
        "ip": value["ipv4"],
        "last_ip": value["ipv6"],
    }
    _span(gen_ai__tool__call__result=json.dumps({"customer": customer}), app__customer=customer)


@place("a URL", "email", "ipv4", "iban")
def url(group: Group) -> None:
    value = {one.kind: one.text for one in group}
    query = f"mail={quote(value['email'])}&iban={value['iban'].replace(' ', '')}&from={value['ipv4']}"
    _span(url__full=f"https://api.example.com/find?{query}", url__query=query)


@place("a large value, with the values at its middle and its end")
def large(group: Group) -> None:
    filler = "The quick brown fox jumps over the lazy dog. " * 1500
    _span(gen_ai__input__messages=messages(filler + paragraph(group) + filler + paragraph(group)))


@place("a value too long to look at")
def oversize(group: Group) -> None:
    _span(note=paragraph(group) + " x" * 600_000)


@place("retrieved documents")
def documents(group: Group) -> None:
    found = [{"id": f"d{at}", "score": 0.5, "content": one.sentence} for at, one in enumerate(group)]
    _span(gen_ai__operation__name="retrieval", gen_ai__retrieval__documents=json.dumps(found))


@place("tool definitions and memory")
def definitions(group: Group) -> None:
    text = paragraph(group)
    definition = {"type": "function", "name": "f", "description": text, "parameters": {"default": text}}
    _span(
        gen_ai__tool__definitions=json.dumps([definition]),
        gen_ai__tool__description=text,
        gen_ai__memory__records=json.dumps([{"id": "m1", "content": text}]),
    )


@place("names of attributes", "email")
def attribute_names(group: Group) -> None:
    for value in group:
        if value.kind == "email":
            _span(**{f"seen.{value.text}": 1})


@place("ids that the application chose", "email")
def identifiers(group: Group) -> None:
    with _tracer.start_as_current_span("work") as span:
        for value in group:
            if value.kind == "email":
                span.set_attributes({"session.id": value.text, "gen_ai.conversation.id": f"c-{value.text}"})


@place("who the user is")
def user(group: Group) -> None:
    for key, value in zip(("user.id", "enduser.id", "user.email", "user.name"), group, strict=False):
        _span(**{key: value.text})
    for value in group[4:]:
        _span(user__full_name=value.text)


@place("event names and attributes")
def events(group: Group) -> None:
    with _tracer.start_as_current_span("work") as span:
        for value in group:
            span.add_event(f"said: {value.sentence}", {"text": value.sentence, "list": [value.sentence]})


@place("exception events")
def exceptions(group: Group) -> None:
    with _tracer.start_as_current_span("work") as span:
        for value in group:
            try:
                raise LookupError(value.sentence, value.text if value.kind != "name" else value.sentence)
            except LookupError as error:
                span.record_exception(error)


@place("an exception that leaves the span")
def leaving_exception(group: Group) -> None:
    for value in group:
        try:
            with _tracer.start_as_current_span("work"):
                raise RuntimeError(f"Cannot go on: {value.sentence}")
        except RuntimeError:
            pass


@place("chained exceptions and their source lines")
def chained_exceptions(group: Group) -> None:
    with _tracer.start_as_current_span("work") as span:
        for value in group:
            try:
                try:
                    exec(f"raise KeyError({value.sentence!r})")
                except KeyError as error:
                    raise ValueError(value.sentence) from error
            except ValueError as error:
                error.add_note(value.sentence)
                span.record_exception(error)


@place("status text")
def status(group: Group) -> None:
    for value in group:
        with _tracer.start_as_current_span("work") as span:
            span.set_status(Status(StatusCode.ERROR, f"failed: {value.sentence}"))


@place("span names")
def span_names(group: Group) -> None:
    for value in group:
        with _tracer.start_as_current_span(f"work on: {value.sentence}") as span:
            span.update_name(f"after all: {value.sentence}")


@place("links")
def links(group: Group) -> None:
    target = SpanContext(7, 7, is_remote=False, trace_flags=TraceFlags(1))
    linked = [Link(target, {"note": value.sentence}) for value in group]
    with _tracer.start_as_current_span("work", links=linked) as span:
        span.add_link(target, {"later": paragraph(group)})


@place("baggage that was put on spans")
def baggage_attributes(group: Group) -> None:
    token = attach(baggage.set_baggage("note", paragraph(group)))
    try:
        with _tracer.start_as_current_span("work") as span:
            for key, value in baggage.get_all().items():
                span.set_attribute(f"baggage.{key}", str(value))
    finally:
        detach(token)


@place("a span ended by another thread")
def other_thread(group: Group) -> None:
    span = _tracer.start_span("work", kind=SpanKind.SERVER, attributes={"note": paragraph(group)})
    thread = threading.Thread(target=span.end)
    thread.start()
    thread.join()


@place("names mentioned again in their trace, without a cue", "name", learned=True)
def mentioned_again(group: Group) -> None:
    for value in group:
        if value.kind == "name":
            given, family = value.text.split()
            with _tracer.start_as_current_span("work"):
                _span(note=value.sentence)
                _span(note=f"So {family} has it, and {given.lower()} {family.lower()} not.")
