"""Hands the full, masked text of a span to cold storage, before it is cut for the exporters."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, ClassVar

from spanwright_semconv.attributes import SPANWRIGHT_CONTENT_REF, USER_HASH

from ..offload.error import ContentError
from ..offload.full_text import FullText, is_kept, text_of_record, text_of_span
from ..offload.place import checked
from ..offload.settings import OffloadSettings
from ..span import EditableLogRecord, EditableSpan
from ..step import Phase

if TYPE_CHECKING:
    from ..offload.offloader import Offloader

__all__ = ["Offload", "OffloadSettings", "offloader"]

_logger = logging.getLogger(__name__)


class Offload:
    """Sets ``spanwright.content.ref`` on every GenAI span and event whose text is kept.

    The reference is an acknowledgement: what has one survives a kill of the process. Where the text cannot be
    kept (the spool is full), the span goes on without a reference, and a counter tells.
    """

    Settings: ClassVar[type[OffloadSettings]] = OffloadSettings
    phase: ClassVar[Phase] = Phase.OFFLOAD

    def __init__(self, settings: OffloadSettings | None = None, keeper: Offloader | None = None) -> None:
        settings = settings or OffloadSettings()
        self._offloader = keeper or offloader(settings)
        self._text_on_span = settings.text_on_span

    def __call__(self, span: EditableSpan) -> None:
        if self._offloader is None:
            return
        if self._keep(span, text_of_span(span)):
            self._strip(span)

    def log(self, record: EditableLogRecord) -> None:
        if self._offloader is None:
            return
        if self._keep(record, text_of_record(record, time.time_ns())) and not self._text_on_span:
            record.attributes = {k: v for k, v in record.attributes.items() if not is_kept(k, v)}
            record.body = None

    @property
    def is_on(self) -> bool:
        """Whether texts are kept: a place is named, and what it needs is installed."""
        return self._offloader is not None

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until what was kept before is at its place; False if that fails, or time runs out."""
        return self._offloader is None or self._offloader.flush(seconds)

    def _keep(self, kept: EditableSpan | EditableLogRecord, text: FullText | None) -> bool:
        """Whether the text, if there is any, is kept."""
        assert self._offloader is not None
        user = kept.attributes.get(USER_HASH)
        ref = self._offloader.keep(
            kept.trace_id, kept.span_id, user if isinstance(user, str) and user else None, text
        )
        if ref is not None:
            kept.attributes[SPANWRIGHT_CONTENT_REF] = ref
        return ref is not None

    def _strip(self, span: EditableSpan) -> None:
        if self._text_on_span:
            return
        span.attributes = {k: v for k, v in span.attributes.items() if not is_kept(k, v)}
        for event in span.events:
            event.attributes = {k: v for k, v in event.attributes.items() if not is_kept(k, v)}
        span.status_description = None


def offloader(settings: OffloadSettings) -> Offloader | None:
    """Who stores texts as ``settings`` say; None where nobody does.

    Where something that is needed is missing, one error in the log says what; spans have no reference then.
    """
    if settings.url is None:
        return None
    try:
        if os.name != "posix":
            raise ContentError("Cannot keep full texts: this system has no file locks. Unset offload.url.")
        checked(settings.url)
        from ..offload.offloader import Offloader  # not before: it needs libraries of the extra
    except ContentError as error:
        _logger.error("%s Until this is corrected, no full text is kept.", error)
        return None
    return Offloader(settings)
