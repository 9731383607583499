"""Every test begins without ceilings, and leaves none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spanwright_processors.spending import desk
from spanwright_semconv import spending


@pytest.fixture(autouse=True)
def no_ceilings() -> Iterator[desk.Desk]:
    """The desk of the process as it is after a start; whoever was asked before is asked again afterwards."""
    asked, ceilings = spending.check, desk.DESK.ceilings
    spending.set_check(None)
    desk.DESK.ceilings = desk.Ceilings()
    desk.DESK.ledger.after_fork()
    desk.DESK.exceeded.clear()
    yield desk.DESK
    spending.set_check(asked)
    desk.DESK.ceilings = ceilings
    desk.DESK.ledger.after_fork()
    desk.DESK.exceeded.clear()
