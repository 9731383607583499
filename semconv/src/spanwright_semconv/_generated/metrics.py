"""Metric definitions.

Generated from semconv/registry by `make generate`; edit the registry instead.
"""

from typing import Final

from ..definitions import MetricDefinition

__all__ = [
    "GEN_AI_CLIENT_INFERENCE_DURATION",
    "GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK",
    "GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK",
    "GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_READ_INPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_WRITE_INPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS",
    "GEN_AI_CLIENT_INFERENCE_USAGE_REASONING_OUTPUT_TOKENS",
    "GEN_AI_CLIENT_OPERATION_DURATION",
    "GEN_AI_CLIENT_TOKEN_USAGE",
    "GEN_AI_EXECUTE_TOOL_DURATION",
    "GEN_AI_INVOKE_AGENT_DURATION",
    "GEN_AI_INVOKE_AGENT_INFERENCE_CALLS",
    "GEN_AI_INVOKE_AGENT_TOOL_CALLS",
    "GEN_AI_INVOKE_WORKFLOW_DURATION",
    "GEN_AI_SERVER_REQUEST_DURATION",
    "GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN",
    "GEN_AI_SERVER_TIME_TO_FIRST_TOKEN",
    "MCP_CLIENT_OPERATION_DURATION",
    "MCP_CLIENT_SESSION_DURATION",
    "MCP_SERVER_OPERATION_DURATION",
    "MCP_SERVER_SESSION_DURATION",
    "METRICS",
    "SPANWRIGHT_COST_TOTAL",
    "SPANWRIGHT_PROCESSING_CONTENT_DROPPED",
    "SPANWRIGHT_PROCESSING_LOGS",
    "SPANWRIGHT_PROCESSING_SPANS",
    "SPANWRIGHT_PROCESSING_SPANS_LOST",
    "SPANWRIGHT_PROCESSING_STEP_FAILURES",
]

GEN_AI_CLIENT_INFERENCE_DURATION: Final = MetricDefinition(
    name="gen_ai.client.inference.duration",
    instrument="histogram",
    unit="s",
    description="Duration of inference calls as the caller sees them.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.operation.input_tokens",
    instrument="histogram",
    unit="{token}",
    description="Input tokens per inference call.",
    value_type="int",
    boundaries=(1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.operation.output_tokens",
    instrument="histogram",
    unit="{token}",
    description="Output tokens per inference call.",
    value_type="int",
    boundaries=(1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK: Final = MetricDefinition(
    name="gen_ai.client.inference.time_per_output_chunk",
    instrument="histogram",
    unit="s",
    description="Time between two chunks of a streamed answer, after the first.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK: Final = MetricDefinition(
    name="gen_ai.client.inference.time_to_first_chunk",
    instrument="histogram",
    unit="s",
    description="Time from the request to the first chunk of a streamed answer.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_READ_INPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.usage.cache_read.input_tokens",
    instrument="counter",
    unit="{token}",
    description="Input tokens read from the provider's cache; part of the input tokens.",
    value_type="int",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.token.modality", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"),
)
GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_WRITE_INPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.usage.cache_write.input_tokens",
    instrument="counter",
    unit="{token}",
    description="Input tokens written to the provider's cache; part of the input tokens.",
    value_type="int",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.token.modality", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"),
)
GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.usage.input_tokens",
    instrument="counter",
    unit="{token}",
    description="Input tokens of inference calls, cached ones included; 0 of modality `unknown` for a failed call.",
    value_type="int",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.token.modality", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"),
)
GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.usage.output_tokens",
    instrument="counter",
    unit="{token}",
    description="Output tokens of inference calls, reasoning included; 0 of modality `unknown` for a failed call.",
    value_type="int",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.token.modality", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"),
)
GEN_AI_CLIENT_INFERENCE_USAGE_REASONING_OUTPUT_TOKENS: Final = MetricDefinition(
    name="gen_ai.client.inference.usage.reasoning.output_tokens",
    instrument="counter",
    unit="{token}",
    description="Tokens of reasoning; part of the output tokens.",
    value_type="int",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.token.modality", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"),
)
GEN_AI_CLIENT_OPERATION_DURATION: Final = MetricDefinition(
    name="gen_ai.client.operation.duration",
    instrument="histogram",
    unit="s",
    description="Duration of client operations that are not inference: retrieval, embeddings, memory, agents.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_CLIENT_TOKEN_USAGE: Final = MetricDefinition(
    name="gen_ai.client.token.usage",
    instrument="histogram",
    unit="{token}",
    description="Deprecated. Use the metrics gen_ai.client.inference.usage.*. Tokens per call by `gen_ai.token.type`; removed upstream, written only by the opt-in second emission.",
    value_type="int",
    boundaries=(1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type", "gen_ai.token.type"),
)
GEN_AI_EXECUTE_TOOL_DURATION: Final = MetricDefinition(
    name="gen_ai.execute_tool.duration",
    instrument="histogram",
    unit="s",
    description="Duration of tool calls.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.tool.name", "gen_ai.tool.type", "gen_ai.agent.name", "error.type"),
)
GEN_AI_INVOKE_AGENT_DURATION: Final = MetricDefinition(
    name="gen_ai.invoke_agent.duration",
    instrument="histogram",
    unit="s",
    description="Duration of agent runs.",
    value_type="double",
    boundaries=(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6),
    attributes=("gen_ai.agent.name", "gen_ai.request.model", "error.type"),
)
GEN_AI_INVOKE_AGENT_INFERENCE_CALLS: Final = MetricDefinition(
    name="gen_ai.invoke_agent.inference_calls",
    instrument="histogram",
    unit="{inference_call}",
    description="Inference calls per agent run.",
    value_type="int",
    boundaries=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),
    attributes=("gen_ai.agent.name",),
)
GEN_AI_INVOKE_AGENT_TOOL_CALLS: Final = MetricDefinition(
    name="gen_ai.invoke_agent.tool_calls",
    instrument="histogram",
    unit="{tool_call}",
    description="Tool calls per agent run.",
    value_type="int",
    boundaries=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0),
    attributes=("gen_ai.agent.name",),
)
GEN_AI_INVOKE_WORKFLOW_DURATION: Final = MetricDefinition(
    name="gen_ai.invoke_workflow.duration",
    instrument="histogram",
    unit="s",
    description="Duration of workflow runs.",
    value_type="double",
    boundaries=(1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0),
    attributes=("gen_ai.workflow.name", "error.type"),
)
GEN_AI_SERVER_REQUEST_DURATION: Final = MetricDefinition(
    name="gen_ai.server.request.duration",
    instrument="histogram",
    unit="s",
    description="Duration of a request on the model server.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN: Final = MetricDefinition(
    name="gen_ai.server.time_per_output_token",
    instrument="histogram",
    unit="s",
    description="Time per output token after the first, on the model server.",
    value_type="double",
    boundaries=(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
GEN_AI_SERVER_TIME_TO_FIRST_TOKEN: Final = MetricDefinition(
    name="gen_ai.server.time_to_first_token",
    instrument="histogram",
    unit="s",
    description="Time to the first output token, on the model server.",
    value_type="double",
    boundaries=(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port", "error.type"),
)
MCP_CLIENT_OPERATION_DURATION: Final = MetricDefinition(
    name="mcp.client.operation.duration",
    instrument="histogram",
    unit="s",
    description="Duration of an MCP operation as the client sees it.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    attributes=("mcp.method.name", "gen_ai.tool.name", "error.type", "mcp.protocol.version", "network.transport"),
)
MCP_CLIENT_SESSION_DURATION: Final = MetricDefinition(
    name="mcp.client.session.duration",
    instrument="histogram",
    unit="s",
    description="Duration of an MCP session as the client sees it.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    attributes=("error.type", "mcp.protocol.version", "network.transport"),
)
MCP_SERVER_OPERATION_DURATION: Final = MetricDefinition(
    name="mcp.server.operation.duration",
    instrument="histogram",
    unit="s",
    description="Duration of an MCP operation as the server sees it.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    attributes=("mcp.method.name", "gen_ai.tool.name", "error.type", "mcp.protocol.version", "network.transport"),
)
MCP_SERVER_SESSION_DURATION: Final = MetricDefinition(
    name="mcp.server.session.duration",
    instrument="histogram",
    unit="s",
    description="Duration of an MCP session as the server sees it.",
    value_type="double",
    boundaries=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0),
    attributes=("error.type", "mcp.protocol.version", "network.transport"),
)
SPANWRIGHT_COST_TOTAL: Final = MetricDefinition(
    name="spanwright.cost.total",
    instrument="counter",
    unit="USD",
    description="US dollars of priced calls: the running sum of `spanwright.cost.usd`.",
    value_type="double",
    boundaries=None,
    attributes=("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.response.model", "spanwright.pipeline.name", "spanwright.pipeline.version"),
)
SPANWRIGHT_PROCESSING_CONTENT_DROPPED: Final = MetricDefinition(
    name="spanwright.processing.content_dropped",
    instrument="counter",
    unit="{item}",
    description="Spans and log records whose content was dropped because a step failed on them.",
    value_type="int",
    boundaries=None,
    attributes=(),
)
SPANWRIGHT_PROCESSING_LOGS: Final = MetricDefinition(
    name="spanwright.processing.logs",
    instrument="counter",
    unit="{record}",
    description="Log records that went through the steps.",
    value_type="int",
    boundaries=None,
    attributes=(),
)
SPANWRIGHT_PROCESSING_SPANS: Final = MetricDefinition(
    name="spanwright.processing.spans",
    instrument="counter",
    unit="{span}",
    description="Spans that went through the steps.",
    value_type="int",
    boundaries=None,
    attributes=(),
)
SPANWRIGHT_PROCESSING_SPANS_LOST: Final = MetricDefinition(
    name="spanwright.processing.spans_lost",
    instrument="counter",
    unit="{span}",
    description="Spans lost between their end and the exporter's success.",
    value_type="int",
    boundaries=None,
    attributes=("spanwright.processing.reason",),
)
SPANWRIGHT_PROCESSING_STEP_FAILURES: Final = MetricDefinition(
    name="spanwright.processing.step_failures",
    instrument="counter",
    unit="{failure}",
    description="Times a step failed on a span or log record.",
    value_type="int",
    boundaries=None,
    attributes=("spanwright.processing.step",),
)

#: All of them, by name.
METRICS: Final[dict[str, MetricDefinition]] = {
    "gen_ai.client.inference.duration": GEN_AI_CLIENT_INFERENCE_DURATION,
    "gen_ai.client.inference.operation.input_tokens": GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS,
    "gen_ai.client.inference.operation.output_tokens": GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS,
    "gen_ai.client.inference.time_per_output_chunk": GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK,
    "gen_ai.client.inference.time_to_first_chunk": GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK,
    "gen_ai.client.inference.usage.cache_read.input_tokens": GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_READ_INPUT_TOKENS,
    "gen_ai.client.inference.usage.cache_write.input_tokens": GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_WRITE_INPUT_TOKENS,
    "gen_ai.client.inference.usage.input_tokens": GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS,
    "gen_ai.client.inference.usage.output_tokens": GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS,
    "gen_ai.client.inference.usage.reasoning.output_tokens": GEN_AI_CLIENT_INFERENCE_USAGE_REASONING_OUTPUT_TOKENS,
    "gen_ai.client.operation.duration": GEN_AI_CLIENT_OPERATION_DURATION,
    "gen_ai.client.token.usage": GEN_AI_CLIENT_TOKEN_USAGE,
    "gen_ai.execute_tool.duration": GEN_AI_EXECUTE_TOOL_DURATION,
    "gen_ai.invoke_agent.duration": GEN_AI_INVOKE_AGENT_DURATION,
    "gen_ai.invoke_agent.inference_calls": GEN_AI_INVOKE_AGENT_INFERENCE_CALLS,
    "gen_ai.invoke_agent.tool_calls": GEN_AI_INVOKE_AGENT_TOOL_CALLS,
    "gen_ai.invoke_workflow.duration": GEN_AI_INVOKE_WORKFLOW_DURATION,
    "gen_ai.server.request.duration": GEN_AI_SERVER_REQUEST_DURATION,
    "gen_ai.server.time_per_output_token": GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    "gen_ai.server.time_to_first_token": GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    "mcp.client.operation.duration": MCP_CLIENT_OPERATION_DURATION,
    "mcp.client.session.duration": MCP_CLIENT_SESSION_DURATION,
    "mcp.server.operation.duration": MCP_SERVER_OPERATION_DURATION,
    "mcp.server.session.duration": MCP_SERVER_SESSION_DURATION,
    "spanwright.cost.total": SPANWRIGHT_COST_TOTAL,
    "spanwright.processing.content_dropped": SPANWRIGHT_PROCESSING_CONTENT_DROPPED,
    "spanwright.processing.logs": SPANWRIGHT_PROCESSING_LOGS,
    "spanwright.processing.spans": SPANWRIGHT_PROCESSING_SPANS,
    "spanwright.processing.spans_lost": SPANWRIGHT_PROCESSING_SPANS_LOST,
    "spanwright.processing.step_failures": SPANWRIGHT_PROCESSING_STEP_FAILURES,
}
