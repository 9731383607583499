"""The tests of an environment are collected inside it, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

from support.environments import INSIDE_VARIABLE

_HERE = Path(__file__).parent

collect_ignore = [
    str(path) for path in _HERE.iterdir() if path.is_dir() and path.name != os.environ.get(INSIDE_VARIABLE)
]
