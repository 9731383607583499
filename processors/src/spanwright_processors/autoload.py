"""The way in without code: ``opentelemetry-instrument`` calls this after the providers are made.

It runs before any instrumentor and whatever ``OTEL_PYTHON_DISABLED_INSTRUMENTATIONS`` says. An exception
here would keep every instrumentor from loading, so none leaves. Everything heavy is imported inside.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .chain import StepChain
    from .settings import PipelineSettings

_logger = logging.getLogger(__name__)
_said: set[str] = set()


def pre_instrument(declarative: Mapping[str, Any] | None = None) -> None:
    """Attach the configured pipeline to the global tracer and logger provider. Never raises.

    Says once, in the log, what is wrong. Wrong settings do not leave exporters unguarded: a chain is
    attached then that drops all content. ``declarative`` is our section of a configuration that
    somebody else has parsed.
    """
    try:
        _attach_pipeline(declarative)
    except Exception as error:
        _say(logging.ERROR, f"Cannot attach the Spanwright pipeline: {type(error).__name__}: {error}.")


class PipelineInstrumentor:
    """What OpenTelemetry's declarative configuration looks up for ``python: spanwright:`` in its file.

    With it the pipeline is attached as well where an application applies such a file itself.
    """

    def instrument(self, **options: Any) -> None:
        options.pop("skip_dep_check", None)
        pre_instrument(options or None)

    def uninstrument(self, **_: Any) -> None:
        """The pipeline stays: taking it off would export unmasked content."""


def _attach_pipeline(declarative: Mapping[str, Any] | None) -> None:
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return
    from opentelemetry._logs import get_logger_provider
    from opentelemetry.trace import get_tracer_provider
    from spanwright_semconv.guard import GUARD_ATTRIBUTE

    providers = [one for one in (get_tracer_provider(), get_logger_provider()) if not _is_placeholder(one)]
    if providers and all(hasattr(provider, GUARD_ATTRIBUTE) for provider in providers):
        return
    settings, chain = _configured(declarative)
    if chain is None:
        return
    _attach_everywhere(settings, chain)
    _follow_processes(settings)


def _configured(declarative: Mapping[str, Any] | None) -> tuple[PipelineSettings, StepChain | None]:
    """Settings and their chain; None in place of a chain where the pipeline is switched off."""
    from .settings import PipelineSettings, SettingsError, build_chain, load_settings

    settings = PipelineSettings()
    try:
        settings = load_settings(declarative=declarative)
        return settings, build_chain(settings) if settings.enabled else None
    except SettingsError as error:
        settings, problems = error.settings, " ".join(error.problems)
    except Exception as error:
        problems = f"Cannot start the pipeline: {type(error).__name__}: {error}."
    from .refuse import refusing_chain

    _say(logging.ERROR, f"{problems} Until this is corrected, spans are exported without any content.")
    return settings, refusing_chain()


def _attach_everywhere(settings: PipelineSettings, chain: StepChain) -> None:
    """Each part on its own: what cannot be attached to one is no reason to leave the others open."""
    from .attachment import attach_new_providers

    if settings.attach_new_providers:
        _try("providers made later", lambda: attach_new_providers(chain))
    _try("the tracer provider", lambda: _attach_spans(settings, chain))
    _try("the logger provider", lambda: _attach_logs(chain))
    _try("the baggage", lambda: _guard_baggage(chain))
    _try("the meter provider", lambda: _attach_metrics(chain))


def _try(what: str, attach_to: Callable[[], object]) -> None:
    from .attachment import AttachError

    try:
        attach_to()
    except AttachError as error:
        _say(logging.WARNING, str(error))
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        _say(logging.ERROR, f"Cannot attach the Spanwright pipeline to {what}: {problem}.")


def _attach_spans(settings: PipelineSettings, chain: StepChain) -> None:
    from opentelemetry.trace import get_tracer_provider

    from .attachment import attach

    provider = get_tracer_provider()
    if not _is_placeholder(provider):
        attach(provider, chain)
    elif not settings.attach_new_providers:
        _say(
            logging.WARNING,
            "Cannot attach the Spanwright pipeline: no tracer provider is set up when the application "
            "starts. Install opentelemetry-distro, or set SPANWRIGHT_ATTACH_NEW_PROVIDERS=true if the "
            "application makes its own.",
        )


def _attach_logs(chain: StepChain) -> None:
    from opentelemetry._logs import get_logger_provider

    from .attachment import attach_logs

    provider = get_logger_provider()
    if not _is_placeholder(provider):
        attach_logs(provider, chain)


def _guard_baggage(chain: StepChain) -> None:
    from .baggage import guard_baggage

    guard_baggage(chain)


def _attach_metrics(chain: StepChain) -> None:
    # Imported only where the SDK's metrics are in use, as they are not everywhere.
    if "opentelemetry.sdk.metrics" in sys.modules:
        from .metrics import attach_metrics

        attach_metrics(chain=chain)


def _is_placeholder(provider: object) -> bool:
    """True for what the OpenTelemetry API hands out while no provider is set, and for its no-op provider."""
    return type(provider).__module__.startswith(("opentelemetry.trace", "opentelemetry._logs"))


def _follow_processes(settings: PipelineSettings) -> None:
    """What servers with several processes need for every span of every worker to arrive."""
    from spanwright_semconv.pseudonym import hash_key

    from .inherited_connections import renew_connections_after_fork
    from .process_exit import flush_at_celery_exit, flush_on_sigterm

    hash_key()  # drawn before any fork, so that the workers of one server agree on it
    renew_connections_after_fork()
    flush_at_celery_exit()
    if settings.flush_on_sigterm:
        flush_on_sigterm()


def _say(level: int, message: str) -> None:
    if message not in _said:
        _said.add(message)
        _logger.log(level, message)
