"""What a span or log record tells of what was found in it: never a value."""

from __future__ import annotations

from collections.abc import Iterable

from spanwright_semconv.attributes import (
    SPANWRIGHT_CONTENT_DROP_REASONS,
    SPANWRIGHT_CONTENT_TRUNCATED,
    SPANWRIGHT_PII_COUNT,
    SPANWRIGHT_PII_DETECTED,
    SPANWRIGHT_PII_ENTITY_TYPES,
    SPANWRIGHT_PII_MASKED,
    SPANWRIGHT_TRACE_PII_DETECTED,
    SPANWRIGHT_TRACE_PII_ENTITY_TYPES,
    SPANWRIGHT_TRACE_PII_MASKED,
)
from spanwright_semconv.enums import DropReason

from ..detect.found import Found
from ..span import Attributes
from .settings import Report


def mark(
    attributes: Attributes, found: Found, report: Report, *, is_root: bool = False, has_content: bool = False
) -> None:
    """Write what ``report`` allows; what an earlier pass wrote is added to.

    What was dropped is told whatever the report. ``has_content``: nothing found is worth telling.
    """
    if found.dropped:
        _add(attributes, SPANWRIGHT_CONTENT_DROP_REASONS, found.dropped)
        if found.dropped[DropReason.OVERSIZE]:
            attributes[SPANWRIGHT_CONTENT_TRUNCATED] = True
    if report is Report.NONE:
        return
    if not found.types:
        if has_content:
            attributes.setdefault(SPANWRIGHT_PII_DETECTED, False)
        return
    attributes[SPANWRIGHT_PII_DETECTED] = True
    attributes[SPANWRIGHT_PII_MASKED] = found.masked or attributes.get(SPANWRIGHT_PII_MASKED) is True
    if is_root:
        attributes[SPANWRIGHT_TRACE_PII_DETECTED] = True
        masked = found.masked or attributes.get(SPANWRIGHT_TRACE_PII_MASKED) is True
        attributes[SPANWRIGHT_TRACE_PII_MASKED] = masked
    if report is Report.FLAGS:
        return
    if is_root:
        _add(attributes, SPANWRIGHT_TRACE_PII_ENTITY_TYPES, found.types)
    _add(attributes, SPANWRIGHT_PII_ENTITY_TYPES, found.types)
    if report is Report.COUNTS:
        for entity, count in found.counts.items():
            key = f"{SPANWRIGHT_PII_COUNT}.{entity.lower()}"
            before = attributes.get(key)
            attributes[key] = count + (before if isinstance(before, int) else 0)


def _add(attributes: Attributes, key: str, texts: Iterable[str]) -> None:
    before = attributes.get(key)
    known = before if isinstance(before, list | tuple) else ()
    attributes[key] = tuple(sorted({str(text) for text in (*known, *texts)}))
