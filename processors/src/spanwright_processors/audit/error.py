"""Why something cannot be done with the audit log, ready for the user. Never quotes a key or an original."""


class AuditError(Exception):
    """The audit log cannot be opened, written or read."""


class DamagedError(AuditError):
    """What was stored is not what was written."""
