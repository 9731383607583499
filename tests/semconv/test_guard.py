"""The signal between processors and instrumentation."""

from __future__ import annotations

import pytest
from spanwright_semconv.guard import GUARD_ATTRIBUTE, content_is_guarded


class Provider:
    """A tracer provider as far as the signal goes."""


class FixedGuard:
    def __init__(self, masks: bool) -> None:
        self.masks = masks

    def masks_content(self) -> bool:
        return self.masks


def test_a_provider_without_a_guard_is_not_guarded() -> None:
    """Nothing is guarded unless the pipeline says so."""
    assert not content_is_guarded(Provider())


@pytest.mark.parametrize("masks", [True, False])
def test_the_guard_is_asked_each_time(masks: bool) -> None:
    """The guard's present answer counts, since an exporter may be added later."""
    provider = Provider()
    setattr(provider, GUARD_ATTRIBUTE, FixedGuard(masks))
    assert content_is_guarded(provider) is masks
