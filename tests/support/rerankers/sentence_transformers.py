"""sentence-transformers with a BERT of a few layers and numbers, made from its configuration."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from spanwright_instrumentation.providers.sentence_transformers import SentenceTransformersInstrumentor
from support.reranker_contract import Opened
from support.tiny_models import VOCABULARY

sentence_transformers: Any = import_module("sentence_transformers")
instrumentor = SentenceTransformersInstrumentor
IS_SYNC_ONLY = True
MODEL = "tiny-bert"


def write_bert(folder: Path, head: str, labels: int = 1) -> str:
    """A BERT with random numbers and this head (a class of transformers)."""
    transformers: Any = import_module("transformers")
    import_module("torch").manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=labels,
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    getattr(transformers, head)(config).save_pretrained(str(folder))
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(str(folder))
    return str(folder)


def cross_encoder(folder: Path, labels: int = 1) -> Any:
    """The library's own class."""
    place = write_bert(folder / MODEL, "BertForSequenceClassification", labels)
    return sentence_transformers.CrossEncoder(place, device="cpu")


@contextmanager
def opened(*, is_async: bool) -> Iterator[Opened]:
    with tempfile.TemporaryDirectory() as folder:
        made = cross_encoder(Path(folder))

        def order(answer: Any) -> list[tuple[int, float]]:
            return [(int(each["corpus_id"]), float(each["score"])) for each in answer]

        yield Opened(MODEL, "sentence-transformers", made.rank, order, lambda: made.rank("nothing", [7]))
