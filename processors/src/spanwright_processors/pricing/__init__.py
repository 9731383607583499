"""What a call costs: usage read from a span, a model resolved once, exact money by integers."""

from .book import PriceBook
from .card import Cost, RateCard, UsageError
from .catalogue import Catalogue
from .gpu_time import GpuTimeCard
from .override_file import load_overrides
from .overrides import Override
from .schedule import Offer, Prices, Provenance, Schedule
from .usage import USAGE_ATTRIBUTES, read_usage

__all__ = [
    "USAGE_ATTRIBUTES",
    "Catalogue",
    "Cost",
    "GpuTimeCard",
    "Offer",
    "Override",
    "PriceBook",
    "Prices",
    "Provenance",
    "RateCard",
    "Schedule",
    "UsageError",
    "load_overrides",
    "read_usage",
]
