"""Ends of values that the SDK has cut to its length limit, where half of something may stand.

``OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`` cuts when an attribute is set, long before masking: ``bob.smith@exa`` is
no e-mail address any more, and twelve digits of a card no card.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from .span import Attributes

#: What marks the place.
MARK = "…"
#: Characters before the cut that no pattern can be trusted with: an address, an account number, a name.
_TORN = 64
#: What keys and tokens are made of: one that reaches so far goes as a whole.
_TOKEN = string.ascii_letters + string.digits + "+/=_.~%@:-"


def without_torn_ends(attributes: Attributes, source: object) -> Attributes:
    """``attributes``, those values shortened that are as long as ``source``, the SDK's mapping, allows."""
    limit = getattr(source, "max_value_len", None)
    if not limit:
        return attributes
    return {key: _shortened(value, limit) for key, value in attributes.items()}


def _shortened(value: Any, limit: int) -> Any:
    """The same object where nothing in it has been cut."""
    if isinstance(value, str):
        return value if len(value) < limit else value[: max(0, limit - _TORN)].rstrip(_TOKEN) + MARK
    if isinstance(value, list | tuple):
        items = [_shortened(item, limit) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else type(value)(items)
    if isinstance(value, Mapping):
        pairs = {key: _shortened(item, limit) for key, item in value.items()}
        return value if all(pairs[key] is item for key, item in value.items()) else pairs
    return value
