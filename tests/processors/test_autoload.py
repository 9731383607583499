"""The zero-code hook is light, attaches once, never raises, and fails closed.

Each rule is seen in a process of its own, since providers are global.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import json, sys
from opentelemetry import trace, _logs
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_semconv.guard import GUARD_ATTRIBUTE

def providers():
    exporter = InMemorySpanExporter()
    trace.set_tracer_provider(TracerProvider())
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(exporter))
    _logs.set_logger_provider(LoggerProvider())
    return exporter

def guards():
    both = (trace.get_tracer_provider(), _logs.get_logger_provider())
    return [getattr(provider, GUARD_ATTRIBUTE, None) for provider in both]
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.defpath, **environment}
    command = [sys.executable, "-c", PRELUDE + textwrap.dedent(code)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done


def test_importing_the_hook_loads_nothing() -> None:
    """The module is loaded at every start of every Python process of the user, whether it traces or not."""
    code = """
    import sys
    import spanwright_processors.autoload
    print([name for name in ("opentelemetry", "yaml", "phonenumbers", "genai_prices") if name in sys.modules])
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_attaching_loads_nothing_heavy() -> None:
    """Phone numbers, price tables and YAML wait until a span, or a file, needs them."""
    done = run(
        """
        providers()
        from spanwright_processors.autoload import pre_instrument
        pre_instrument()
        heavy = ("yaml", "phonenumbers", "genai_prices", "presidio_analyzer")
        print([name for name in heavy if name in sys.modules])
        """
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_both_providers_are_attached_once() -> None:
    """Tracer and logger provider get the same chain; further calls change nothing."""
    done = run(
        """
        providers()
        from spanwright_processors.autoload import PipelineInstrumentor, pre_instrument
        pre_instrument()
        first = guards()
        pre_instrument()
        PipelineInstrumentor().instrument(skip_dep_check=True)
        print(first == guards(), first[0].chain is first[1].chain, first[0].active, first[1].active)
        """
    )
    assert (done.stdout, done.stderr) == ("True True True True\n", "")


def test_an_option_of_the_declarative_configuration_is_a_setting() -> None:
    """What OpenTelemetry hands over from its file is checked and used."""
    done = run(
        """
        providers()
        from spanwright_processors.autoload import PipelineInstrumentor
        PipelineInstrumentor().instrument(steps=["price"])
        PipelineInstrumentor().uninstrument()
        print([type(step).__name__ for step in guards()[0].chain.steps])
        """
    )
    assert done.stdout == "['Price']\n"


@pytest.mark.parametrize(
    ("environment", "attached"),
    [({}, True), ({"SPANWRIGHT_ENABLED": "false"}, False), ({"OTEL_SDK_DISABLED": "true"}, False)],
)
def test_it_can_be_switched_off(environment: dict[str, str], attached: bool) -> None:
    """Switched off, or with the SDK switched off, nothing is touched and nothing said."""
    code = """
    providers()
    from spanwright_processors.autoload import pre_instrument
    pre_instrument()
    print([guard is not None for guard in guards()])
    """
    done = run(code, **environment)
    assert (done.stdout, done.stderr) == (f"{[attached] * 2}\n", "")


@pytest.mark.parametrize(
    "environment",
    [
        {"SPANWRIGHT_STEPS": "nope"},
        {"SPANWRIGHT_CONFIG_FILE": "/nope.yaml"},
        {"SPANWRIGHT_ENABLED": "perhaps"},
    ],
)
def test_wrong_settings_fail_closed_in_one_line(environment: dict[str, str]) -> None:
    """Content is dropped until the error is corrected, and the error is told once."""
    code = """
    exporter = providers()
    from spanwright_processors.autoload import pre_instrument
    pre_instrument(); pre_instrument()
    with trace.get_tracer("t").start_as_current_span("chat") as span:
        span.set_attribute("gen_ai.input.messages", "[secret]")
    print([sorted(span.attributes) for span in exporter.get_finished_spans()])
    """
    done = run(code, **environment)
    assert done.stdout == "[['spanwright.processing.failed_steps']]\n"
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Cannot ")


def test_providers_made_later_are_closed_as_well_where_they_would_be_guarded() -> None:
    """A mistake in one key does not switch another one off."""
    done = run(
        """
        providers()
        from spanwright_processors.autoload import pre_instrument
        pre_instrument()
        print(type(getattr(TracerProvider(), GUARD_ATTRIBUTE).chain.steps[0]).__name__)
        """,
        SPANWRIGHT_STEPS="nope",
        SPANWRIGHT_ATTACH_NEW_PROVIDERS="true",
    )
    assert done.stdout == "Refuse\n"


def test_an_unexpected_failure_of_a_step_fails_closed_too() -> None:
    """Whatever goes wrong while the chain is built, the exporters are not left unguarded."""
    done = run(
        """
        exporter = providers()
        import spanwright_processors.settings as settings
        def broken(*_, **__): raise RuntimeError("broken")
        settings.build_chain = broken
        from spanwright_processors.autoload import pre_instrument
        pre_instrument()
        with trace.get_tracer("t").start_as_current_span("chat") as span:
            span.set_attribute("gen_ai.input.messages", "[secret]")
        print([sorted(span.attributes) for span in exporter.get_finished_spans()])
        """
    )
    assert done.stdout == "[['spanwright.processing.failed_steps']]\n"
    assert "Cannot start the pipeline: RuntimeError: broken." in done.stderr


def test_without_a_provider_it_says_what_to_do() -> None:
    """Nothing can be guarded while no provider is set; an application that makes its own is told how."""
    code = "from spanwright_processors.autoload import pre_instrument; pre_instrument()"
    done = run(code)
    assert done.stderr.count("\n") == 1
    assert "SPANWRIGHT_ATTACH_NEW_PROVIDERS=true" in done.stderr
    assert run(code, SPANWRIGHT_ATTACH_NEW_PROVIDERS="true").stderr == ""


def test_what_cannot_be_attached_to_one_provider_leaves_no_other_open() -> None:
    """Spans, log records, metrics and baggage are guarded each on their own."""
    done = run(
        """
        providers()
        import spanwright_processors.attachment as attachment
        from spanwright_processors.autoload import pre_instrument
        def broken(*_): raise TypeError("an unknown SDK")
        attachment.attach = broken
        pre_instrument()
        from opentelemetry.propagate import get_global_textmap
        print([type(guard).__name__ for guard in guards()], type(get_global_textmap()).__name__)
        """
    )
    assert done.stdout == "['NoneType', 'Attachment'] GuardedPropagator\n"
    assert done.stderr == (
        "Cannot attach the Spanwright pipeline to the tracer provider: TypeError: an unknown SDK.\n"
    )
