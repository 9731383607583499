"""Which text a vector was made from: kept from the embeddings call until a vector store is asked with it.

Stores receive vectors, not text. So that a retrieval span can name the query text and the embedding model,
every embeddings call leaves here what it embedded, under a fingerprint of the vector that survives the ways
a vector takes through an application: list, tuple, array, numpy of 32 or 64 bits, base64 of 32-bit floats.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from array import array
from binascii import a2b_base64
from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from numbers import Real
from typing import Any, NamedTuple, cast

#: Defaults: vectors remembered at most, their texts in characters at most, and seconds until one is
#: forgotten.
MAX_VECTORS = 10_000
MAX_TEXT_CHARACTERS = 16_000_000
EXPIRE_AFTER = 15 * 60.0

#: Components looked at, from each end (neighbours in memory, which is what makes this cheap), and how many
#: of them must be 0 at least for the whole vector to be looked at instead.
_FROM_EACH_END = 6
_MOSTLY_ZERO = 6
_PACK_ENDS = struct.Struct(f"<{2 * _FROM_EACH_END}fI").pack
_UNPACK_END = struct.Struct(f"<{_FROM_EACH_END}f").unpack
_FLOAT = 4
_END_BYTES = _FLOAT * _FROM_EACH_END


class Embedded(NamedTuple):
    """What one vector was made from."""

    #: None where the input was token ids.
    text: str | None
    model: str | None
    provider: str | None
    #: Monotonic seconds after which this is forgotten.
    deadline: float


class EmbeddingMemory:
    """Vectors' origins (no vectors): bounded, expiring, safe between threads and across ``os.fork``."""

    def __init__(
        self,
        *,
        max_vectors: int = MAX_VECTORS,
        max_text_characters: int = MAX_TEXT_CHARACTERS,
        expire_after: float = EXPIRE_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_vectors = max_vectors
        self._max_characters = max_text_characters
        self._expire_after = expire_after
        self._clock = clock
        self._lock = threading.RLock()
        self._by_fingerprint: OrderedDict[bytes, Embedded] = OrderedDict()
        self._characters = 0

    def __len__(self) -> int:
        return len(self._by_fingerprint)

    def remember(
        self,
        vectors: Sequence[object],
        texts: Sequence[str | None],
        model: str | None,
        provider: str | None = None,
    ) -> None:
        """Keep what each vector was made from.

        ``texts`` may be shorter than ``vectors`` where the input was tokens. Of more vectors than the
        memory holds only the last are looked at.
        """
        now = self._clock()
        deadline = now + self._expire_after
        first = max(0, len(vectors) - self._max_vectors)
        known: list[tuple[bytes, Embedded]] = []
        for index in range(first, len(vectors)):
            key = fingerprint(vectors[index])
            if key is not None:
                text = texts[index] if index < len(texts) else None
                known.append((key, Embedded(text, model, provider, deadline)))
        with self._lock:
            for key, embedded in known:
                if key in self._by_fingerprint:
                    self._characters -= len(self._by_fingerprint.pop(key).text or "")
                self._by_fingerprint[key] = embedded
                self._characters += len(embedded.text or "")
            self._forget_oldest(now)

    def recall(self, vector: object) -> Embedded | None:
        """What this vector was made from, None if unknown, forgotten or not a vector."""
        key = fingerprint(vector)
        if key is None:
            return None
        with self._lock:
            embedded = self._by_fingerprint.get(key)
        return embedded if embedded is not None and embedded.deadline > self._clock() else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._by_fingerprint.clear()
            self._characters = 0

    def before_fork(self) -> None:
        """Wait until no other thread is at work in here, so that the child inherits a whole state."""
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Go on as before the fork."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Keep what is known, under a lock no vanished thread can hold."""
        self._lock = threading.RLock()

    def _forget_oldest(self, now: float) -> None:
        while self._by_fingerprint:
            oldest = next(iter(self._by_fingerprint.values()))
            over = len(self._by_fingerprint) > self._max_vectors or self._characters > self._max_characters
            if not over and oldest.deadline > now:
                return
            self._by_fingerprint.popitem(last=False)
            self._characters -= len(oldest.text or "")


def fingerprint(vector: object) -> bytes | None:
    """Bytes that tell a vector from others, equal for its 32- and 64-bit forms; None if it is no vector.

    Dense vectors are told by their first and last six components (below 1 µs for a list of 1,536). Short
    ones, and those where most of these are 0, as in bag-of-words vectors, by a hash of all components.
    """
    try:
        if isinstance(vector, str):
            return _fingerprint_of_base64(vector)
        if type(vector) is list and vector and type(vector[0]) is float:
            components: Any = vector  # as answers have it, and not asked any further
        else:
            components = components_of(vector)
            if components is None:
                return None
            if not isinstance(components, (list, tuple)):
                return _fingerprint_of_buffer(components)
        if len(components) >= 2 * _FROM_EACH_END:
            ends = (*components[:_FROM_EACH_END], *components[-_FROM_EACH_END:])
            if ends.count(0.0) < _MOSTLY_ZERO:
                return _PACK_ENDS(*ends, len(components))
        return blake2b(array("f", components).tobytes(), digest_size=16).digest()
    except Exception:  # whatever the application calls a vector
        return None


def _fingerprint_of_buffer(components: Any) -> bytes | None:
    """The same for what has ``tolist``: numpy's arrays, ``array``, ``memoryview``."""
    if len(components) <= 4 * _FROM_EACH_END:
        return fingerprint(components.tolist())
    ends = components[:_FROM_EACH_END].tolist() + components[-_FROM_EACH_END:].tolist()
    if ends.count(0.0) < _MOSTLY_ZERO:
        return _PACK_ENDS(*ends, len(components))
    return fingerprint(components.tolist())


def _fingerprint_of_base64(encoded: str) -> bytes | None:
    """The same for base64 of little-endian 32-bit floats, of which only the ends are decoded."""
    size = len(encoded) // 4 * 3 - encoded[-2:].count("=")
    if size == 0 or size % _FLOAT:
        return None
    if size >= 4 * _FROM_EACH_END * _FLOAT:
        start, end = a2b_base64(encoded[:32]), a2b_base64(encoded[-36:])[-_END_BYTES:]
        ends = (*_UNPACK_END(start), *_UNPACK_END(end))
        if ends.count(0.0) < _MOSTLY_ZERO:
            return _PACK_ENDS(*ends, size // _FLOAT)
    return fingerprint([value for (value,) in struct.iter_unpack("<f", a2b_base64(encoded))])


def components_of(vector: object) -> Any:
    """The components as something that slices, has a length, and is a list or has ``tolist``."""
    if isinstance(vector, (list, tuple)):
        numbers = bool(vector) and isinstance(vector[0], (int, float, Real))
        return vector if numbers else _only_row(vector)
    shape = getattr(vector, "shape", None)
    if shape is not None:
        flat = vector[0] if len(shape) == 2 and shape[0] == 1 else vector  # type: ignore[index]
        return flat if len(cast(Any, flat).shape) == 1 and len(cast(Any, flat)) else None
    return vector if isinstance(vector, array) and len(vector) else None


def _only_row(vector: Sequence[object]) -> Any:
    """The one row of a 1 x n matrix, as vector stores take them; None for several rows."""
    return components_of(vector[0]) if len(vector) == 1 and not isinstance(vector[0], str) else None


#: The memory of this process.
memory = EmbeddingMemory()
os.register_at_fork(
    before=memory.before_fork,
    after_in_parent=memory.after_fork_in_parent,
    after_in_child=memory.after_fork_in_child,
)


def remember_embeddings(
    vectors: Sequence[object], texts: Sequence[str | None], model: str | None, provider: str | None = None
) -> None:
    """Keep in this process's memory what an embeddings call embedded, in its order."""
    memory.remember(vectors, texts, model, provider)
