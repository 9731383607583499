"""FlashRank with a model of a few bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from spanwright_instrumentation.providers.flashrank import FlashRankInstrumentor
from support.reranker_contract import Opened
from support.tiny_models import write_cross_encoder, write_tokenizer

flashrank: Any = import_module("flashrank")
instrumentor = FlashRankInstrumentor
IS_SYNC_ONLY = True
MODEL = "ms-marco-TinyBERT-L-2-v2"


def ranker(folder: Path) -> Any:
    """The library's own ranker; a folder that is there already is not downloaded."""
    write_tokenizer(folder / MODEL)
    write_cross_encoder(folder / MODEL / flashrank.Config.model_file_map[MODEL])
    return flashrank.Ranker(MODEL, cache_dir=str(folder), log_level="WARNING")


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        made = ranker(Path(folder))

        def rerank(query: str, documents: list[str]) -> Any:
            asked = [{"text": text, "meta": at} for at, text in enumerate(documents)]
            return made.rerank(flashrank.RerankRequest(query, asked))

        def order(answer: Any) -> list[tuple[int, float]]:
            return [(each["meta"], float(each["score"])) for each in answer]

        def fail() -> Any:
            return made.rerank(flashrank.RerankRequest("nothing", [{"no text": 1}]))

        yield Opened(MODEL, "flashrank", rerank, order, fail)
