"""The bundled server, asked by the provider's own SDK."""

from __future__ import annotations

import math
import urllib.request
from collections.abc import Iterator
from itertools import pairwise

import pytest
from openai import AuthenticationError, NotFoundError, OpenAI
from spanwright_analysis.demo.conversation import CONVERSATIONS, EMAIL
from spanwright_analysis.demo.orders import LOOKUP_ORDER
from spanwright_analysis.demo.server import ProviderServer, running_server

FIRST, SECOND = CONVERSATIONS[0].turns


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with running_server(pace=0) as server:
        yield server


@pytest.fixture
def client(server: ProviderServer) -> Iterator[OpenAI]:
    with OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
        yield client


def test_it_calls_the_tool_it_is_offered(client: OpenAI) -> None:
    """A question about an order is answered by a tool call with the customer's own arguments."""
    completion = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": FIRST.text}], tools=[LOOKUP_ORDER]
    )
    (choice,) = completion.choices
    assert (completion.model, choice.finish_reason) == ("gpt-4.1-mini-2025-04-14", "tool_calls")
    calls = choice.message.tool_calls or []
    assert [call.function.arguments for call in calls if call.type == "function"] == [
        f'{{"order_id": "LK-10482", "email": "{EMAIL}"}}'
    ]


def test_it_answers_from_the_tool_s_result(client: OpenAI) -> None:
    """After the tool's result comes text; the ids of two answers differ."""
    messages = [{"role": "tool", "tool_call_id": "1", "content": '{"order_id": "LK-10482"}'}]
    answers = [
        client.chat.completions.create(model="gpt-4.1-mini", messages=messages)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    assert "Filter key" in (answers[0].choices[0].message.content or "")
    assert answers[0].id != answers[1].id


def test_a_stream_brings_the_same_text_in_pieces_and_the_usage(client: OpenAI) -> None:
    """First a chunk with the role alone, then the text, the finish reason, and the usage where asked for."""
    asked = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": SECOND.text}]}
    whole = client.chat.completions.create(**asked)  # type: ignore[call-overload]
    stream = client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})  # type: ignore[call-overload]
    chunks = list(stream)
    assert (chunks[0].choices[0].delta.role, chunks[0].choices[0].delta.content) == ("assistant", "")
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1])
    assert text == whole.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens


def test_a_streamed_tool_call_can_be_put_together(client: OpenAI) -> None:
    """Id and name come first, the arguments in pieces, and no usage where none was asked for."""
    chunks = list(
        client.chat.completions.create(
            model="gpt-4.1-mini",
            messages=[{"role": "user", "content": FIRST.text}],
            tools=[LOOKUP_ORDER],
            stream=True,
        )
    )
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert calls[0].id
    assert "LK-10482" in "".join(call.function.arguments or "" for call in calls if call.function)
    assert all(chunk.usage is None for chunk in chunks)


def test_a_long_prompt_is_cached_the_second_time(client: OpenAI) -> None:
    """Cached tokens are a multiple of 128 of the common beginning, from 1,024 tokens on."""
    for words, expected in ((400, [0, 0]), (2000, [0, 1920])):
        text = " ".join(f"w{number}" for number in range(words))
        cached = []
        for question in ("one?", "two?"):
            answer = client.chat.completions.create(
                model="gpt-4.1-mini",
                messages=[{"role": "system", "content": text}, {"role": "user", "content": question}],
            )
            assert answer.usage
            assert answer.usage.prompt_tokens_details
            cached.append(answer.usage.prompt_tokens_details.cached_tokens)
        assert cached == expected


def test_embeddings_are_the_same_in_both_encodings(client: OpenAI) -> None:
    """The SDK asks for base64 by itself; floats come where they are asked for, both of length 1."""
    texts = ["How do I turn the filter light off?", "soil sensor"]
    packed = client.embeddings.create(model="text-embedding-3-small", input=texts)
    plain = client.embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")
    for one, other in zip(packed.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
        assert math.hypot(*other.embedding) == pytest.approx(1)
        assert len(one.embedding) == 1536
    assert packed.usage.prompt_tokens > 0
    assert len(client.embeddings.create(model="m", input="x", dimensions=256).data[0].embedding) == 256


def test_errors_have_the_provider_s_form(server: ProviderServer, client: OpenAI) -> None:
    """The SDK makes its own exceptions of a missing key and an unknown path."""
    with pytest.raises(NotFoundError, match="Unknown request URL"):
        client.images.generate(prompt="x")
    request = urllib.request.Request(f"{server.base_url}/embeddings", b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(request)
    assert issubclass(AuthenticationError, Exception)


def test_each_response_has_its_request_id(client: OpenAI) -> None:
    """``x-request-id`` differs from one response to the next."""
    ids = [
        client.embeddings.with_raw_response.create(model="m", input="x").headers["x-request-id"]
        for _ in range(3)
    ]
    assert all(one != other for one, other in pairwise(ids))


def test_it_listens_on_this_machine_only(server: ProviderServer) -> None:
    """Nobody else reaches the demo."""
    assert server.server_address[0] == "127.0.0.1"
