"""Which spans tell of one and the same call of a model, and which of them counts it."""

from __future__ import annotations

from .call import Call
from .open_calls import OpenCalls

__all__ = ["Call", "OpenCalls"]
