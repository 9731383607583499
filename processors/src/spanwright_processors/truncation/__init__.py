"""Making values fit a budget: text at whole characters, JSON as JSON, messages by their importance."""

from .shape import Shape, shape_of
from .text import cut, cut_middle, cut_to_bytes, utf8_bytes
from .tree import encoded, fit, json_bytes

__all__ = [
    "Shape",
    "cut",
    "cut_middle",
    "cut_to_bytes",
    "encoded",
    "fit",
    "json_bytes",
    "shape_of",
    "utf8_bytes",
]
