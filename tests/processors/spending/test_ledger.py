"""What was spent on a day."""

from __future__ import annotations

from spanwright_processors.spending.ledger import _MOST, Account, Ledger

DAY, USER = Account("day", ""), Account("user", "u")


class Clock:
    """Seconds since the epoch, set by the test."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


def test_promises_are_corrected_when_the_call_has_ended() -> None:
    """What was booked before a call is replaced by what it did cost."""
    ledger = Ledger(Clock())
    day = ledger.book((DAY, USER), 0.5)
    assert ledger.spent(DAY) == ledger.spent(USER) == 0.5
    ledger.correct((DAY, USER), -0.4, day)
    assert round(ledger.spent(USER), 9) == 0.1


def test_a_day_begins_at_midnight_utc() -> None:
    """Nothing is carried over, and a correction of yesterday's call does not make today cheaper."""
    clock = Clock()
    clock.seconds = 86_400.0 * 100 - 1
    ledger = Ledger(clock)
    day = ledger.book((DAY,), 0.5)
    clock.seconds += 1
    assert ledger.spent(DAY) == 0.0
    ledger.book((DAY,), 0.3)
    ledger.correct((DAY,), -0.5, day)
    assert ledger.spent(DAY) == 0.3


def test_accounts_are_bounded() -> None:
    """The one that was idle longest is forgotten first."""
    ledger = Ledger(Clock())
    ledger.book((USER,), 1.0)
    for number in range(_MOST):
        ledger.book((Account("user", str(number)),), 1.0)
    assert ledger.spent(USER) == 0.0
    assert ledger.spent(Account("user", str(_MOST - 1))) == 1.0


def test_a_fork_spends_its_own() -> None:
    """The child begins with nothing spent."""
    ledger = Ledger(Clock())
    ledger.book((DAY,), 1.0)
    ledger.after_fork()
    assert ledger.spent(DAY) == 0.0
