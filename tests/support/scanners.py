"""Detection with the native scanner and without it: whatever is looked at has to come out the same."""

from __future__ import annotations

import pytest
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.native import module

#: For what the native scanner itself does.
needs_native = pytest.mark.skipif(
    module() is None, reason="spanwright-native is not built: run make native (needs Rust)"
)
PURE = Detector(native=False)
#: The same as ``PURE`` where there is no scanner.
NATIVE = Detector()
