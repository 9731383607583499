"""Models of a few bytes, made here, in the files that libraries for local models load."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

#: Words of the tests' texts; all else is unknown.
_TEXTS = "a and by charge fast for free go is its letters my of on parcel returns train way where"
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VOCABULARY = [*_SPECIAL, *_TEXTS.split(" ")]


def write_tokenizer(folder: Path, *, marks: bool = True) -> None:
    """A word-level tokenizer and the files beside it; ``marks``: with marks around the texts of a pair."""
    tokenizers: Any = import_module("tokenizers")
    tokens = {word: at for at, word in enumerate(VOCABULARY)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(tokens, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    if marks:
        made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    for name, content in {
        "config.json": {"pad_token_id": 0, "hidden_size": 384, "model_type": "bert"},
        "tokenizer_config.json": {"model_max_length": 64, "pad_token": "[PAD]"},
        "special_tokens_map.json": special,
    }.items():
        (folder / name).write_text(json.dumps(content))


def write_cross_encoder(path: Path) -> None:
    """An ONNX model whose score of a pair grows with the ids of its words."""
    onnx: Any = import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Mul", ["input_ids", "attention_mask"], ["ids"]),
        helper.make_node("Cast", ["ids"], ["numbers"], to=kinds.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "tenth"], ["logits"]),
    ]
    tenth = helper.make_tensor("tenth", kinds.FLOAT, [1], [0.1])
    _write(path, nodes, [tenth], helper.make_tensor_value_info("logits", kinds.FLOAT, ["batch", 1]))


def write_embeddings(path: Path, dimensions: int) -> None:
    """An ONNX model with one vector for each word."""
    onnx: Any = import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    numbers = [
        ((at * 31 + word * 17) % 97 - 48) / 48 for word in range(len(VOCABULARY)) for at in range(dimensions)
    ]
    table = helper.make_tensor("table", kinds.FLOAT, [len(VOCABULARY), dimensions], numbers)
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])]
    output = helper.make_tensor_value_info("last_hidden_state", kinds.FLOAT, ["batch", "length", dimensions])
    _write(path, nodes, [table], output)


def _write(path: Path, nodes: list[Any], constants: list[Any], output: Any) -> None:
    onnx: Any = import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    inputs = [
        helper.make_tensor_value_info(name, kinds.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(path))
