from __future__ import annotations

import pytest
from spanwright_processors.audit.settings import AuditSettings
from spanwright_processors.settings import SettingsError, load_settings


def test_off_unless_a_folder_is_named() -> None:
    """The audit log is opt-in."""
    assert AuditSettings().directory is None


@pytest.mark.parametrize("days", [0, -1, 31, 365])
def test_nothing_is_kept_longer_than_thirty_days(days: int) -> None:
    """A retention outside 1 to 30 days is refused and quotes its key."""
    with pytest.raises(ValueError, match=r"^Cannot use mask\.audit\.retention_days: "):
        AuditSettings(retention_days=days)


@pytest.mark.parametrize("key", ["queue_bytes", "segment_bytes"])
def test_sizes_hold_at_least_a_record(key: str) -> None:
    """Sizes too small for any record are refused."""
    with pytest.raises(ValueError, match=rf"^Cannot use mask\.audit\.{key}: 10 is too few"):
        AuditSettings(**{key: 10})  # type: ignore[arg-type]


def test_set_from_the_environment() -> None:
    """The settings are those of the mask step, and the variable of the key is no unknown setting."""
    settings = load_settings(
        {
            "SPANWRIGHT_MASK_AUDIT_DIRECTORY": "/var/audit",
            "SPANWRIGHT_MASK_AUDIT_RETENTION_DAYS": "7",
            "SPANWRIGHT_AUDIT_KEY": "secret",
        }
    )
    audit = settings.sections["mask"].audit
    assert (str(audit.directory), audit.retention_days, audit.key) == (
        "/var/audit",
        7,
        "env:SPANWRIGHT_AUDIT_KEY",
    )


def test_errors_quote_the_variable() -> None:
    """A wrong value is quoted as it was typed."""
    with pytest.raises(
        SettingsError, match=r'^Cannot use SPANWRIGHT_MASK_AUDIT_RETENTION_DAYS="90": 90 is not between'
    ):
        load_settings({"SPANWRIGHT_MASK_AUDIT_RETENTION_DAYS": "90"})
