"""What backends keep."""

from __future__ import annotations

from spanwright_processors.truncation.profiles import PROFILES, Profile, widest


def test_the_widest_of_profiles_fits_each_of_their_values() -> None:
    """No limit is wider than any limit."""
    tempo, newrelic, none = PROFILES["tempo"], PROFILES["newrelic"], PROFILES["none"]
    assert widest([newrelic]) == Profile(4_000, 64)
    assert widest([tempo, newrelic]) == Profile(4_000, None)
    assert widest([tempo, none]) == none
