"""What a call costs: usage read from a span, a model resolved once, exact money by integers."""

from .card import RateCard, UsageError
from .catalogue import Catalogue, Found, Schedule
from .overrides import Override, load_overrides
from .usage import USAGE_ATTRIBUTES, read_usage

__all__ = [
    "USAGE_ATTRIBUTES",
    "Catalogue",
    "Found",
    "Override",
    "RateCard",
    "Schedule",
    "UsageError",
    "load_overrides",
    "read_usage",
]
