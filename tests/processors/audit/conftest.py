from __future__ import annotations

from pathlib import Path

import pytest
from support.audit_trail import Trail


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return Trail(tmp_path)
