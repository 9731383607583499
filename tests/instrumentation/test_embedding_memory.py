"""What the memory of embeddings keeps, finds and forgets."""

from __future__ import annotations

import base64
import os
import random
from array import array
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation.embedding_memory import EmbeddingMemory, fingerprint


def dense(seed: int, length: int = 1536) -> list[float]:
    """Components as a provider sends them: 32-bit floats, held as Python floats."""
    numbers = random.Random(seed)
    return array("f", [numbers.gauss(0, 0.03) for _ in range(length)]).tolist()


def one_hot(index: int, length: int = 300) -> list[float]:
    return [1.0 if position == index else 0.0 for position in range(length)]


FORMS: dict[str, Callable[[list[float]], object]] = {
    "tuple": tuple,
    "array of 32 bits": lambda vector: array("f", vector),
    "array of 64 bits": lambda vector: array("d", vector),
    "numpy of 32 bits": lambda vector: np.array(vector, dtype=np.float32),
    "numpy of 64 bits": np.array,
    "list of numpy numbers": lambda vector: list(np.array(vector, dtype=np.float32)),
    "numpy matrix of one row": lambda vector: np.array([vector]),
    "list of one list": lambda vector: [vector],
    "strided numpy view": lambda vector: np.repeat(np.array(vector), 2)[::2],
    "base64": lambda vector: base64.b64encode(np.array(vector, dtype="<f4").tobytes()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("vector", [dense(1), dense(2, 24), dense(3, 5), one_hot(7), [0.0] * 64])
def test_a_vector_is_known_in_every_form(form: str, vector: list[float]) -> None:
    """The ways a vector takes through an application do not hide what it was made from."""
    memory = EmbeddingMemory()
    memory.remember([vector], ["how do I return a parcel"], "text-embedding-3-small", "openai")

    embedded = memory.recall(FORMS[form](vector))

    assert embedded is not None
    assert embedded[:3] == ("how do I return a parcel", "text-embedding-3-small", "openai")


def test_decoded_64_bit_numbers_equal_their_32_bit_form() -> None:
    """A vector sent as decimal text of more digits than 32 bits hold is known after rounding."""
    vector = [random.Random(9).random() for _ in range(256)]
    memory = EmbeddingMemory()
    memory.remember([vector], ["text"], "model")

    assert memory.recall(np.array(vector, dtype=np.float32)) is not None


@given(st.lists(st.integers(0, 299), min_size=2, max_size=12, unique=True))
def test_sparse_vectors_are_told_apart(indexes: list[int]) -> None:
    """Vectors that are 0 nearly everywhere, as of a bag of words, are not mistaken for each other."""
    memory = EmbeddingMemory()
    memory.remember([one_hot(index) for index in indexes], [str(index) for index in indexes], "bag-of-words")

    recalled = [memory.recall(one_hot(index)) for index in indexes]

    assert [embedded.text for embedded in recalled if embedded] == [str(index) for index in indexes]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_fingerprints_agree_over_any_numbers(vector: list[float]) -> None:
    """Length, zeros and signs never make the forms of one vector disagree."""
    assert {fingerprint(form(vector)) for form in FORMS.values()} == {fingerprint(vector)}


def test_texts_belong_to_vectors_in_order() -> None:
    """The n-th text made the n-th vector; a vector without a text still names its model."""
    memory = EmbeddingMemory()
    memory.remember([dense(1), dense(2), dense(3)], ["one", "two"], "model")

    assert [embedded and embedded.text for embedded in map(memory.recall, map(dense, (1, 2, 3)))] == [
        "one",
        "two",
        None,
    ]
    third = memory.recall(dense(3))
    assert third is not None
    assert third.model == "model"


def test_an_unknown_vector_is_unknown() -> None:
    """A vector of another length or of one other number is not known."""
    memory = EmbeddingMemory()
    memory.remember([dense(1)], ["text"], "model")

    assert memory.recall(dense(2)) is None
    assert memory.recall(dense(1)[:512]) is None


@pytest.mark.parametrize(
    "value",
    [None, 3, "", "a text", b"bytes", [], [[0.1, 0.2], [0.3, 0.4]], ["a"], {"a": 1}, object()],
)
def test_what_is_no_single_vector_is_passed_over(value: object) -> None:
    """Ids, texts and several vectors are no vector, and no error."""
    memory = EmbeddingMemory()
    memory.remember([value], ["text"], "model")

    assert len(memory) == 0
    assert memory.recall(value) is None


def test_forgets_after_its_time() -> None:
    """A vector is known until its time is over, and its memory is freed with the next call."""
    now = 0.0
    memory = EmbeddingMemory(expire_after=60, clock=lambda: now)
    memory.remember([dense(1)], ["text"], "model")
    now = 59.9
    assert memory.recall(dense(1)) is not None
    now = 60.0
    assert memory.recall(dense(1)) is None

    memory.remember([dense(2)], ["text"], "model")
    assert len(memory) == 1


@pytest.mark.parametrize(("limits", "kept"), [({"max_vectors": 3}, 3), ({"max_text_characters": 25}, 2)])
@pytest.mark.parametrize("at_once", [True, False])
def test_is_bounded_by_count_and_by_size(limits: dict[str, int], kept: int, at_once: bool) -> None:
    """The oldest vectors make room, whether they came in one call or in many."""
    memory = EmbeddingMemory(**limits)  # type: ignore[arg-type]
    vectors = [dense(seed, 64) for seed in range(10)]
    for batch in [vectors] if at_once else [[vector] for vector in vectors]:
        memory.remember(batch, ["x" * 10] * len(batch), "model")

    assert len(memory) == kept
    assert [seed for seed in range(10) if memory.recall(vectors[seed])] == list(range(10 - kept, 10))


def test_an_embedding_made_again_stays_longest() -> None:
    """Embedding a text again counts as new, and its size counts once."""
    memory = EmbeddingMemory(max_vectors=2, max_text_characters=8)
    for seed in (1, 2, 1, 3):
        memory.remember([dense(seed)], ["text"], "model")

    assert [bool(memory.recall(dense(seed))) for seed in (1, 2, 3)] == [True, False, True]


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_keeps_what_is_known() -> None:
    """A worker forked between embedding and retrieval knows the vector."""
    memory = EmbeddingMemory()
    memory.remember([dense(1)], ["text"], "model")
    memory.before_fork()
    child = os.fork()
    if child == 0:
        memory.after_fork_in_child()
        memory.remember([dense(2)], ["text"], "model")
        os._exit(0 if memory.recall(dense(1)) else 1)
    memory.after_fork_in_parent()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert memory.recall(dense(2)) is None
