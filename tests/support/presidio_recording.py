"""What Presidio finds in all texts of the corpus, recorded: a digest for each text, with versions and corpus.

``make conformance`` records it anew with the installed Presidio, which takes minutes; ``make test`` compares
our engine with it over all texts, and a sample of it with Presidio itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from spanwright_processors.presidio.compilation import PACKAGES
from support.presidio_examples import examples

from benchmarks.texts import corpus

FILE = Path(__file__).parents[1] / "processors" / "presidio" / "recorded.json"
#: The corpus comes in parts, each with a seed of its own.
PARTS, PART, SEED, LARGEST = 20, 250, 20261123, 32_000
#: With every country switched on, this share of the texts is compared.
EVERY = 5
_DIGEST_BYTES = 8

Finding = Sequence[object]


@dataclass(frozen=True)
class Recording:
    """``default`` and ``locales``: a digest of what is found in each text, by default and with every country
    switched on.
    """

    versions: dict[str, str]
    corpus: str
    findings: int
    default: tuple[bytes, ...]
    locales: tuple[bytes, ...]


@cache
def all_texts() -> tuple[str, ...]:
    """5,000 generated texts, and the examples of Presidio's documentation."""
    generated = (text for part in range(PARTS) for text in corpus(PART, seed=SEED + part, largest=LARGEST))
    return (*generated, *examples())


def some_texts() -> tuple[str, ...]:
    """Those compared with every country switched on: a share of the generated ones, and all examples."""
    generated = PARTS * PART
    return (*all_texts()[:generated:EVERY], *all_texts()[generated:])


def corpus_digest() -> str:
    """Changes with every character of the texts."""
    digest = hashlib.sha256()
    for text in all_texts():
        digest.update(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
    return digest.hexdigest()


def installed() -> dict[str, str]:
    """Versions of all that decides what Presidio finds."""
    return {package: version(package) for package in PACKAGES}


def digest_of(findings: Iterable[Finding]) -> bytes:
    """Type, start, end and score of all findings, in their order."""
    lines = (f"{type_}\t{start}\t{end}\t{score!r}" for type_, start, end, score in map(_plain, findings))
    return hashlib.sha256("\n".join(lines).encode()).digest()[:_DIGEST_BYTES]


def _plain(finding: Finding) -> tuple[str, object, object, float]:
    type_, start, end, score = finding
    return str(type_), start, end, float(str(score))


def read() -> Recording:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return Recording(**{**data, "default": _unpacked(data["default"]), "locales": _unpacked(data["locales"])})


def _unpacked(text: str) -> tuple[bytes, ...]:
    digests = base64.b64decode(text)
    return tuple(digests[start : start + _DIGEST_BYTES] for start in range(0, len(digests), _DIGEST_BYTES))


def record() -> Recording:
    """Asks Presidio for every text."""
    from spanwright_processors.presidio.selection import Selection

    from benchmarks.presidio_oracle import LOCALES, Oracle

    count = 0

    def found(oracle: Oracle, texts: Sequence[str]) -> Iterator[bytes]:
        nonlocal count
        for number, text in enumerate(texts, 1):
            findings = oracle.find(text)
            count += len(findings)
            if number % 500 == 0:
                print(f"{number} of {len(texts)} texts, {count} findings", file=sys.stderr, flush=True)
            yield digest_of(findings)

    default = tuple(found(Oracle(), all_texts()))
    locales = tuple(found(Oracle(Selection(LOCALES)), some_texts()))
    return Recording(installed(), corpus_digest(), count, default, locales)


def write(recording: Recording) -> None:
    packed = {
        key: base64.b64encode(b"".join(digests)).decode()
        for key, digests in (("default", recording.default), ("locales", recording.locales))
    }
    FILE.write_text(json.dumps({**asdict(recording), **packed}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(record())
