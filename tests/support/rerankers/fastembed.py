"""fastembed's cross-encoder with a model of a few bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from spanwright_instrumentation.providers.fastembed import FastEmbedInstrumentor
from support.reranker_contract import Opened
from support.tiny_models import write_cross_encoder, write_tokenizer

fastembed: Any = import_module("fastembed.rerank.cross_encoder")
instrumentor = FastEmbedInstrumentor
IS_SYNC_ONLY = True
MODEL = "Xenova/ms-marco-MiniLM-L-6-v2"


def encoder(folder: Path) -> Any:
    """The library's own class over the files in this folder."""
    write_tokenizer(folder)
    write_cross_encoder(folder / "onnx" / "model.onnx")
    return fastembed.TextCrossEncoder(MODEL, specific_model_path=str(folder))


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        made = encoder(Path(folder))

        def order(answer: Any) -> list[tuple[int, float]]:
            return sorted(enumerate(map(float, answer)), key=lambda each: -each[1])

        yield Opened(
            MODEL,
            "fastembed",
            lambda query, documents: [*made.rerank(query, documents)],
            order,
            lambda: [*made.rerank("nothing", [7])],
        )
