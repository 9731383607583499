"""Counting tokens before a call."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.spending import register_tokenizer, tokens
from spanwright_processors.spending.tokens import Input, bound, counted, read_input

MESSAGES = "gen_ai.input.messages"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    tokens._registered.clear()
    tokens._tiktoken.cache_clear()


def test_all_that_is_sent_is_counted_media_apart() -> None:
    """Messages, instructions and tools as JSON; an image's bytes are no text."""
    content = {
        MESSAGES: [
            {
                "role": "user",
                "parts": [
                    {"type": "text", "content": "See é"},
                    {"type": "blob", "modality": "image"},
                    {"type": "uri", "uri": "https://x/y.png"},
                ],
            }
        ],
        "gen_ai.tool.definitions": [{"name": "search"}],
    }
    sent = read_input(content)
    assert "See é" in sent.text
    assert "search" in sent.text
    assert sent.media == 2
    assert sent.bytes == len(sent.text.encode())


@given(st.text(max_size=500))
def test_one_byte_a_token_is_a_bound_that_nothing_breaks(text: str) -> None:
    """No byte-level tokenizer makes more tokens than there are bytes; the default is half of that."""
    sent = Input(text, 1)
    size = len(text.encode("utf-8", "surrogatepass"))
    assert bound(sent, 1, 0) > size
    assert bound(sent, 2, 100) >= size / 2 + 100


def test_a_registered_tokenizer_counts() -> None:
    """By provider, whatever its case; what it raises makes the bound stand in."""
    register_tokenizer("Anthropic", lambda model, text: len(text) + len(model))
    assert counted("anthropic", "ab", Input("xyz", 1), 10) == (15, "anthropic")
    register_tokenizer("anthropic", lambda _model, _text: 1 // 0)
    assert counted("anthropic", "ab", Input("xyz", 0)) is None
    assert counted("unheard-of", "ab", Input("xyz", 0)) is None
    assert counted(None, "ab", Input("xyz", 0)) is None


def test_tiktoken_counts_where_its_vocabulary_is_on_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is never fetched: without the file the bound stands in."""
    module, model = types.ModuleType("tiktoken"), types.ModuleType("tiktoken.model")

    class Encoding:
        def encode(self, text: str, disallowed_special: tuple[str, ...]) -> list[str]:
            assert disallowed_special == ()
            return text.split()

    vars(module)["get_encoding"] = lambda _: Encoding()
    vars(model)["encoding_name_for_model"] = lambda _: "o200k_base"
    monkeypatch.setitem(sys.modules, "tiktoken", module)
    monkeypatch.setitem(sys.modules, "tiktoken.model", model)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    sent = Input("three short words", 0)
    assert counted("openai", "gpt-4o", sent) is None
    tokens._tiktoken.cache_clear()
    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").touch()
    assert counted("openai", "gpt-4o", sent) == (3, "o200k_base")
    assert counted("mistral_ai", "mistral-large", sent) is None


def test_odd_content_is_survived() -> None:
    """Anything that is no list of messages has no media and some text."""
    assert read_input({MESSAGES: "text"}).media == 0
    assert read_input({MESSAGES: ["text", {"parts": 3}, {"parts": ["text"]}]}).media == 0
    assert read_input({MESSAGES: object()}).bytes > 0


def test_tiktoken_itself_counts_less_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prose and code, with a vocabulary that LiteLLM carries; nothing is fetched."""
    pytest.importorskip("tiktoken")
    found = find_spec("litellm")
    if found is None or not found.submodule_search_locations:
        pytest.skip("LiteLLM is not installed")
    folder = Path(found.submodule_search_locations[0]) / "litellm_core_utils" / "tokenizers"
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    for text in (
        Path(__file__).read_text(),
        "Die Geschwindigkeit hängt von der Länge ab. ",
        "検索拡張生成は",
    ):
        sent = Input(text * 5, 0)
        count = counted("openai", "gpt-4", sent)
        assert count is not None
        assert count[1] == "cl100k_base"
        assert count[0] < bound(sent)
