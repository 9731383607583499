"""Detection of personal data and secrets in text and in JSON, in pure Python.

``find(text)`` gives findings; the mask step decides what becomes of them.
"""

from .engine import Detector, FindingCache, find
from .finding import PLACEHOLDER_WORDS, Entity, Finding, merge

__all__ = ["PLACEHOLDER_WORDS", "Detector", "Entity", "Finding", "FindingCache", "find", "merge"]
