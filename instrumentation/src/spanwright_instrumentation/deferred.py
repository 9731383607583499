"""Attributes of a span that are made when somebody first reads them: as a rule an exporter's thread.

Turning messages into JSON text and checking every attribute, as the SDK does when one is set, is half of what
a call would cost the application. Nothing needs it before the span is exported.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import Span
from opentelemetry.util.types import AnyValue

from .withheld import withheld

logger = logging.getLogger(__name__)

#: What the base class makes of attributes that are set; all else is known beforehand.
_MADE = ("_dict", "dropped")

_KNOWN = {*_MADE, "maxlen", "max_value_len", "_lock", "_immutable"}

#: Whether the installed API keeps attributes in fields that are known here; 1.44 has one more setting.
_IS_KNOWN = vars(BoundedAttributes()).keys() - {"_extended_attributes"} == _KNOWN

Make = Callable[[], Mapping[str, AnyValue]]


def set_attributes_later(span: Span, make: Make) -> None:
    """What ``span.set_attributes(make())`` does, when the span's attributes are first read.

    At once for a span that is not the SDK's. ``make`` is called in an unknown thread, in a race more than
    once.
    """
    present: Any = getattr(span, "_attributes", None)
    if _IS_KNOWN and type(present) is BoundedAttributes:
        span._attributes = DeferredAttributes(present, make)  # type: ignore[attr-defined]
    else:
        span.set_attributes(make())


class DeferredAttributes(BoundedAttributes):
    """The attributes a span has already, and those to be made; under the same limits."""

    def __init__(self, present: BoundedAttributes, make: Make) -> None:
        fields = self.__dict__
        fields.update(present.__dict__)
        for name in _MADE:
            del fields[name]
        fields["_pending"] = present, make

    def __getattr__(self, name: str) -> Any:
        """Reached only for what is not there: before the attributes are made, and for what never is."""
        if name not in _MADE:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        fields = self.__dict__
        pending = fields.get("_pending")
        if pending is not None:
            for made, value in _whole(*pending).items():
                fields.setdefault(made, value)
            fields["_pending"] = None
        return fields[name]


def _whole(present: BoundedAttributes, make: Make) -> dict[str, Any]:
    whole = BoundedAttributes()
    own = {"_dict": present._dict.copy(), "_lock": threading.Lock(), "_immutable": False}
    vars(whole).update(vars(present), **own)
    try:
        whole._set_items(make())
    except Exception:
        logger.debug("Cannot complete a span.", exc_info=withheld())
    return {name: getattr(whole, name) for name in _MADE}
