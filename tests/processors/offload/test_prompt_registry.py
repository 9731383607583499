from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.full_text import FullText
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import (
    MOST_TRACES,
    MOST_USERS,
    MOST_VALUES,
    PromptRegistrar,
    Seen,
    join_sights,
    labelled,
    prompts,
    system_prompt,
)
from spanwright_semconv.prompt import system_prompt_sha256
from support.full_texts import START, conversation, full_text, message

TEXT = "You are brief."
SHA256 = system_prompt_sha256([TEXT])
INSTRUCTIONS = "gen_ai.system_instructions"


def used(text: str = TEXT, sha256: str = "", days: float = 0, trace: int = 1, user: str | None = None,
         **labels: str) -> FullText:  # fmt: skip
    content = json.dumps([{"type": "text", "content": text}])
    prompt = sha256 or system_prompt_sha256([text])
    return full_text(content, trace, key=INSTRUCTIONS, days=days, prompt=prompt, user=user, labels=labels)


def test_a_prompt_by_its_hash(tmp_path: Path) -> None:
    """Its text, when it was first and last used, under which names, by however many processes."""
    place = FolderPlace(tmp_path)
    one, other = PromptRegistrar(place, "one"), PromptRegistrar(place, "other")
    one.register([used(name="support", version="1", service="bot")], START)
    other.register([used(days=0.5, name="support", version="2")], START + 50_000)
    one.register([used(days=1.5, pipeline="rag")], START + 150_000)
    (prompt,) = prompts(place)
    assert (prompt.sha256, prompt.text, prompt.is_masked) == (SHA256, TEXT, False)
    assert (prompt.seen.first, prompt.seen.last) == (START, START + 1.5 * 86_400)
    assert prompt.seen.labels == {
        "name": {"support"},
        "version": {"1", "2"},
        "service": {"bot"},
        "pipeline": {"rag"},
    }
    assert (prompt.family, prompt.label("version"), prompt.label("agent")) == ("support", "1, 2", "")
    assert labelled(prompt.seen.labels) == "name=support  pipeline=rag  service=bot  version=1, 2"


def test_what_was_masked_is_told(tmp_path: Path) -> None:
    """The hash is that of what was sent, the text what was left of it."""
    place = FolderPlace(tmp_path)
    PromptRegistrar(place, "w").register([used("Write to [EMAIL].", SHA256)], START)
    (prompt,) = prompts(place)
    assert (prompt.text, prompt.is_masked) == ("Write to [EMAIL].", True)


def test_where_the_prompt_is() -> None:
    """In the instructions, else in the system messages; parts are joined as the hash joins them."""
    assert system_prompt(full_text('[{"content":"a"},{"type":"image"},"b"]', key=INSTRUCTIONS)) == "a\nb"
    assert system_prompt(full_text("plain", key=INSTRUCTIONS)) == "plain"
    messages = [message("a", "system"), message("x"), {"role": "developer", "content": "b"}]
    assert system_prompt(full_text(json.dumps(messages))) == "a\nb"
    assert system_prompt(full_text(json.dumps([message("x")]))) is None
    assert system_prompt(full_text(key="gen_ai.output.messages")) is None
    assert system_prompt(full_text(conversation(1))) is not None


def test_a_span_without_the_text_adds_to_what_is_known(tmp_path: Path) -> None:
    """It tells when and where the prompt was used; alone it registers nothing."""
    place = FolderPlace(tmp_path)
    registrar = PromptRegistrar(place, "w")
    silent = full_text(key="gen_ai.output.messages", prompt=SHA256, labels={"pipeline": "rag"})
    registrar.register([silent, full_text()], START)
    assert prompts(place) == []
    registrar.register([used(), silent], START)
    assert prompts(place)[0].label("pipeline") == "rag"


def test_little_is_written(tmp_path: Path) -> None:
    """A prompt in steady use costs an object every ten minutes, not one a request."""
    place = FolderPlace(tmp_path)
    written: list[list[str]] = []
    put = place.put
    place.put = lambda objects: written.append([*objects]) or put(objects)  # type: ignore[method-assign,func-returns-value]
    registrar = PromptRegistrar(place, "w")
    for second in range(1500):
        registrar.register([used(days=second / 86_400, trace=second % 3 + 1)], START + second)
    assert [len(names) for names in written] == [2, 1, 1, 1, 1]


def test_a_prompt_that_changes_with_every_request_is_bounded(tmp_path: Path) -> None:
    """So many a day and process; what is refused is counted, and the next day has room again."""
    place = FolderPlace(tmp_path)
    registrar = PromptRegistrar(place, "w", most_a_day=3)
    registrar.register([used(f"It is {second} s past midnight.") for second in range(10)], START)
    assert (len(prompts(place)), registrar.refused) == (3, 7)
    registrar.register([used("Tomorrow.")], START + 86_400)
    assert len(prompts(place)) == 4


def test_sights_of_past_days_are_joined(tmp_path: Path) -> None:
    """Into one object; the present day's stay, since their process writes them again."""
    place = FolderPlace(tmp_path)
    for days in range(4):
        for writer in ("a", "b"):
            registrar = PromptRegistrar(place, writer)
            registrar.register([used(days=days, version=f"{days}{writer}")], START + days * 86_400)
    (before,) = prompts(place)
    join_sights(place, "2026-09-24")
    assert len(place.names("prompts")) == 1 + 1 + 2
    join_sights(place, "2026-09-24")
    assert prompts(place) == [before]


def test_damage_costs_a_sight(tmp_path: Path) -> None:
    """A prompt whose text or sights cannot be read is not listed; the others are."""
    place = FolderPlace(tmp_path)
    registrar = PromptRegistrar(place, "w")
    registrar.register([used(), used("Another.")], START)
    names = place.names(f"prompts/{SHA256}")
    place.put({names[0]: b"damaged"})
    assert [prompt.text for prompt in prompts(place)] == ["Another."]


SEEN = st.builds(
    Seen,
    st.floats(0, 1e9),
    st.floats(0, 1e9),
    st.dictionaries(st.sampled_from("ab"), st.sets(st.text(max_size=2), max_size=MOST_VALUES), max_size=2),
    st.sets(st.text(max_size=2), max_size=MOST_USERS),
    st.sets(st.text(max_size=2), max_size=MOST_TRACES),
)


@settings(deadline=None)
@given(SEEN, SEEN)
def test_joining_loses_nothing_that_counts(one: Seen, other: Seen) -> None:
    """Twice is as good as once, bounds hold, and a prompt that was not somebody's alone never becomes it."""
    joined = Seen.decode(one.encode())
    assert joined == one
    joined.add(other)
    assert not joined.add(other)
    assert (joined.first, joined.last) == (min(one.first, other.first), max(one.last, other.last))
    assert len(joined.users) == min(MOST_USERS, len(one.users | other.users))
    assert len(joined.traces) == min(MOST_TRACES, len(one.traces | other.traces))
    assert all(len(values) <= MOST_VALUES for values in joined.labels.values())
