"""Events of a model as Bedrock wraps them in Amazon's event stream."""

from __future__ import annotations

import base64
import json
from typing import Any

from support.aws_wire import message


def encoded(event: dict[str, Any], *, wraps: bool = True) -> bytes:
    """One message with this event of a model, in its wrapping or without."""
    text = json.dumps(event).encode()
    wrapped = {"bytes": base64.b64encode(text).decode(), "p": "abc"}
    return message(wrapped if wraps else event, event_type="chunk")
