"""The fold of a trace's spans into the figures of its local root."""

from .figures import overall, write_figures
from .forest import Forest, Late
from .remote import RemoteTotals
from .totals import Totals

__all__ = ["Forest", "Late", "RemoteTotals", "Totals", "overall", "write_figures"]
