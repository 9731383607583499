"""Span steps in front of every OpenTelemetry exporter: ``attach(provider, chain)``, or an own ``Pipeline``.

The names are imported when first used, so that what is loaded at every start of an application stays small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attachment import AttachError, Attachment, NewProviders, attach, attach_logs, attach_new_providers
    from .baggage import GuardedPropagator, guard_baggage
    from .batch import BatchProcessor, BatchSettings
    from .chain import StepChain
    from .counters import Counters, Counts, process_counters
    from .metrics import GuardedMetricExporter, attach_metrics
    from .pipeline import Pipeline
    from .settings import PipelineSettings, SettingsError, build_chain, load_settings
    from .span import EditableEvent, EditableLink, EditableLogRecord, EditableSpan
    from .step import LogStep, Phase, Step

__all__ = [
    "AttachError",
    "Attachment",
    "BatchProcessor",
    "BatchSettings",
    "Counters",
    "Counts",
    "EditableEvent",
    "EditableLink",
    "EditableLogRecord",
    "EditableSpan",
    "GuardedMetricExporter",
    "GuardedPropagator",
    "LogStep",
    "NewProviders",
    "Phase",
    "Pipeline",
    "PipelineSettings",
    "SettingsError",
    "Step",
    "StepChain",
    "attach",
    "attach_logs",
    "attach_metrics",
    "attach_new_providers",
    "build_chain",
    "guard_baggage",
    "load_settings",
    "process_counters",
]

_MODULES = (
    "attachment",
    "baggage",
    "batch",
    "chain",
    "counters",
    "metrics",
    "pipeline",
    "settings",
    "span",
    "step",
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            value = vars(import_module(f".{module}", __name__)).get(name)
            if value is not None:
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
