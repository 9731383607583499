"""The known values of the registry's enumerations. Most are open: other values may occur on a span."""

from ._generated.enums import *  # noqa: F403
