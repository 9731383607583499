"""An application that only uses the OpenAI SDK is traced by installing the packages, and safely."""

from __future__ import annotations

from spanwright_semconv import violations
from support.otlp_receiver import OtlpReceiver
from support.processes import Run
from zero_code.apps.call import SECRET

APPLICATION = ("python", "zero_code/apps/openai_app.py")
CONTENT = ("gen_ai.input.messages", "gen_ai.output.messages")


def test_a_call_is_instrumented_processed_and_exported(run: Run, receiver: OtlpReceiver) -> None:
    """Messages are on the span without any setting, since they are masked; the application sees its own."""
    process = run(*APPLICATION)
    assert process.wait() == 0
    assert process.output == f"I have written to {SECRET}.\n"
    (span,) = receiver.spans
    assert span.name == "chat gpt-4o-mini"
    for key in CONTENT:
        assert "[EMAIL]" in span.attributes[key]
    assert span.attributes["spanwright.cost.usd"] > 0
    assert span.attributes["spanwright.trace.usage.input_tokens"] == 12
    assert violations(span) == []
    assert SECRET.encode() not in receiver.raw_bytes


def test_without_masking_no_content_is_recorded(run: Run, receiver: OtlpReceiver) -> None:
    """Content is captured by default only while a masking pipeline guards the provider."""
    for setting in ({"SPANWRIGHT_STEPS": "price"}, {"SPANWRIGHT_ENABLED": "false"}):
        assert run(*APPLICATION, **setting).wait() == 0
    assert len(receiver.spans) == 2
    for span in receiver.spans:
        assert not set(CONTENT) & set(span.attributes)
    assert SECRET.encode() not in receiver.raw_bytes


def test_events_are_masked_like_spans(run: Run, receiver: OtlpReceiver) -> None:
    """Log records with the messages go through the same steps."""
    process = run(
        *APPLICATION,
        OTEL_LOGS_EXPORTER="otlp",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_AND_EVENT",
    )
    assert process.wait() == 0
    (event,) = receiver.logs
    assert event.event_name == "gen_ai.client.inference.operation.details"
    assert "[EMAIL]" in str(event.attributes[CONTENT[0]])
    assert event.trace_id == receiver.spans[0].trace_id
    assert SECRET.encode() not in receiver.raw_bytes


def test_a_ceiling_by_environment_holds_the_call(run: Run, receiver: OtlpReceiver) -> None:
    """The application gets the exception, the span tells; set to log only, the call is made."""
    ceiling = {"SPANWRIGHT_COST_GUARD_MAX_USD": "0.000001"}
    refused = run(*APPLICATION, **ceiling)
    assert refused.wait() == 1
    assert "CostCeilingExceeded: Cannot make the call: it may cost $" in refused.output
    (span,) = receiver.spans
    assert span.attributes["error.type"].endswith("CostCeilingExceeded")
    assert "spanwright.cost_guard.exceeded" in [event.name for event in span.events]
    logged = run(*APPLICATION, **ceiling, SPANWRIGHT_COST_GUARD_ACTION="log")
    assert logged.wait() == 0
    assert receiver.spans[-1].attributes["spanwright.cost.usd"] > 0
    assert SECRET.encode() not in receiver.raw_bytes
