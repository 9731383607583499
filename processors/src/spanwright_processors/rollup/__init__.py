"""The fold of a trace's spans into the figures of its local root."""

from .forest import Forest
from .totals import Totals

__all__ = ["Forest", "Totals"]
