"""Names that backends read instead of ours: one table for each backend."""

from .table import PROFILES, Copies, CopyProfile, copies

__all__ = ["PROFILES", "Copies", "CopyProfile", "copies"]
