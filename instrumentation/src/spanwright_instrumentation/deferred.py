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
        defer(present, make)
    else:
        span.set_attributes(make())


def defer(present: BoundedAttributes, make: Make) -> None:
    """Have these very attributes, also where others hold on to them, made whole when they are next read."""
    present.__class__ = DeferredAttributes
    fields = vars(present)
    fields["_pending"] = fields["_dict"], fields["dropped"], make
    # From here on nothing is there, and everything is asked for.
    for name in _MADE:
        del fields[name]


class DeferredAttributes(BoundedAttributes):
    """The attributes a span has already, and those to be made; under the same limits."""

    def __getattr__(self, name: str) -> Any:
        """Reached only for what is not there: before the attributes are made, and for what never is."""
        if name not in _MADE:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        fields = vars(self)
        pending = fields.get("_pending")
        if pending is not None:
            for made, value in self._whole(*pending).items():
                fields.setdefault(made, value)
            fields["_pending"] = None
        return fields[name]

    def _whole(self, present: dict[str, AnyValue], dropped: int, make: Make) -> dict[str, Any]:
        whole = BoundedAttributes()
        own = {"_dict": present.copy(), "dropped": dropped, "_lock": threading.Lock(), "_immutable": False}
        vars(whole).update(vars(self), **own)
        try:
            whole._set_items(make())
        except Exception:
            logger.debug("Cannot complete a span.", exc_info=withheld())
        return {name: getattr(whole, name) for name in _MADE}
