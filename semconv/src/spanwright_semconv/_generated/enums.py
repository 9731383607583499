"""Known values of enumerations.

Generated from semconv/registry by `make generate`; edit the registry instead.
"""

from enum import StrEnum

__all__ = [
    "CostGuardAction",
    "CostGuardScope",
    "DropReason",
    "FinishReason",
    "GuardrailAction",
    "GuardrailStage",
    "McpMethod",
    "NetworkTransport",
    "OpenAIApiType",
    "OpenAIServiceTier",
    "Operation",
    "Outcome",
    "OutputType",
    "PipelineType",
    "Provider",
    "ResponseStatus",
    "SamplingReason",
    "ScoreKind",
    "StageOutcome",
    "StageSignal",
    "StageTransport",
    "StoreOutcome",
    "StoreTable",
    "TokenModality",
]


class CostGuardAction(StrEnum):
    """Values of ``spanwright.cost_guard.action`` (closed)."""

    #: The call was not made.
    REJECTED = "rejected"
    #: The call was made, and this was recorded.
    LOGGED = "logged"


class CostGuardScope(StrEnum):
    """Values of ``spanwright.cost_guard.scope`` (closed)."""

    #: One call.
    CALL = "call"
    #: All calls inside one `guard`.
    BLOCK = "block"
    #: All calls of one user on a day.
    USER = "user"
    #: All calls of one pipeline on a day.
    PIPELINE = "pipeline"
    #: All calls of the process on a day.
    DAY = "day"


class DropReason(StrEnum):
    """Values of ``spanwright.processing.reason`` (open)."""

    #: The queue was full.
    QUEUE_FULL = "queue_full"
    #: The exporter refused the batch or raised.
    EXPORT_FAILED = "export_failed"
    #: It came after shutdown.
    SHUTDOWN = "shutdown"
    #: The steps could not be put before its exporter, which got nothing.
    NOT_WRAPPED = "not_wrapped"
    #: It was too long to be looked at.
    OVERSIZE = "oversize"
    #: Looking at its span took too long.
    TIMEOUT = "timeout"
    #: A detector failed on it.
    ERROR = "error"
    #: The detector that was asked for was still being loaded.
    NOT_READY = "not_ready"


class FinishReason(StrEnum):
    """Values of ``spanwright.finish_reason`` (open)."""

    #: The answer is complete.
    STOP = "stop"
    #: The token limit was reached.
    LENGTH = "length"
    #: The model asks for tools.
    TOOL_CALLS = "tool_calls"
    #: The provider held the answer back.
    CONTENT_FILTER = "content_filter"
    #: The answer broke off.
    ERROR = "error"


class GuardrailAction(StrEnum):
    """Values of ``spanwright.guardrail.action`` (closed)."""

    #: Unchanged.
    PASSED = "passed"
    #: Changed.
    MODIFIED = "modified"
    #: Held back.
    REJECTED = "rejected"


class GuardrailStage(StrEnum):
    """Values of ``spanwright.guardrail.stage`` (closed)."""

    #: Before the model is called.
    INPUT = "input"
    #: After the model has answered.
    OUTPUT = "output"


class McpMethod(StrEnum):
    """Values of ``mcp.method.name`` (open)."""

    #: Open a session.
    INITIALIZE = "initialize"
    #: The client is ready.
    NOTIFICATIONS_INITIALIZED = "notifications/initialized"
    #: Is the other side alive?
    PING = "ping"
    #: Discover what the server offers.
    SERVER_DISCOVER = "server/discover"
    #: Open a long-lived subscription channel.
    SUBSCRIPTIONS_LISTEN = "subscriptions/listen"
    #: A subscription was accepted.
    NOTIFICATIONS_SUBSCRIPTIONS_ACKNOWLEDGED = "notifications/subscriptions/acknowledged"
    #: A request was cancelled.
    NOTIFICATIONS_CANCELLED = "notifications/cancelled"
    #: Progress of a long request.
    NOTIFICATIONS_PROGRESS = "notifications/progress"
    #: List resources.
    RESOURCES_LIST = "resources/list"
    #: List resource templates.
    RESOURCES_TEMPLATES_LIST = "resources/templates/list"
    #: Read a resource.
    RESOURCES_READ = "resources/read"
    #: Subscribe to a resource.
    RESOURCES_SUBSCRIBE = "resources/subscribe"
    #: Stop a subscription.
    RESOURCES_UNSUBSCRIBE = "resources/unsubscribe"
    #: The list of resources changed.
    NOTIFICATIONS_RESOURCES_LIST_CHANGED = "notifications/resources/list_changed"
    #: A resource changed.
    NOTIFICATIONS_RESOURCES_UPDATED = "notifications/resources/updated"
    #: List prompts.
    PROMPTS_LIST = "prompts/list"
    #: Get a prompt.
    PROMPTS_GET = "prompts/get"
    #: The list of prompts changed.
    NOTIFICATIONS_PROMPTS_LIST_CHANGED = "notifications/prompts/list_changed"
    #: List tools.
    TOOLS_LIST = "tools/list"
    #: Call a tool.
    TOOLS_CALL = "tools/call"
    #: The list of tools changed.
    NOTIFICATIONS_TOOLS_LIST_CHANGED = "notifications/tools/list_changed"
    #: Set the log level.
    LOGGING_SET_LEVEL = "logging/setLevel"
    #: A message for the log.
    NOTIFICATIONS_MESSAGE = "notifications/message"
    #: Ask the client's model for a message.
    SAMPLING_CREATE_MESSAGE = "sampling/createMessage"
    #: Complete an argument.
    COMPLETION_COMPLETE = "completion/complete"
    #: List roots.
    ROOTS_LIST = "roots/list"
    #: The list of roots changed.
    NOTIFICATIONS_ROOTS_LIST_CHANGED = "notifications/roots/list_changed"
    #: Ask the user for more information.
    ELICITATION_CREATE = "elicitation/create"


class NetworkTransport(StrEnum):
    """Values of ``network.transport`` (open)."""

    #: TCP.
    TCP = "tcp"
    #: UDP.
    UDP = "udp"
    #: Named or anonymous pipe; MCP over stdio.
    PIPE = "pipe"
    #: Unix domain socket.
    UNIX = "unix"
    #: QUIC.
    QUIC = "quic"


class OpenAIApiType(StrEnum):
    """Values of ``openai.api.type`` (open)."""

    #: Chat Completions API.
    CHAT_COMPLETIONS = "chat_completions"
    #: Responses API.
    RESPONSES = "responses"


class OpenAIServiceTier(StrEnum):
    """Values of ``openai.request.service_tier`` (open)."""

    #: The provider chooses.
    AUTO = "auto"
    #: The default tier.
    DEFAULT = "default"


class Operation(StrEnum):
    """Values of ``gen_ai.operation.name`` (open)."""

    #: Chat completion.
    CHAT = "chat"
    #: Multimodal content generation.
    GENERATE_CONTENT = "generate_content"
    #: Text completion (legacy).
    TEXT_COMPLETION = "text_completion"
    #: Embeddings of one or more inputs.
    EMBEDDINGS = "embeddings"
    #: Search in a vector store or search system.
    RETRIEVAL = "retrieval"
    #: Fetch or resume a response made earlier.
    FETCH_RESPONSE = "fetch_response"
    #: Create a hosted agent.
    CREATE_AGENT = "create_agent"
    #: Run an agent.
    INVOKE_AGENT = "invoke_agent"
    #: Run a tool.
    EXECUTE_TOOL = "execute_tool"
    #: Run a workflow; the root span of a request.
    INVOKE_WORKFLOW = "invoke_workflow"
    #: Planning by an agent.
    PLAN = "plan"
    #: Search memory records.
    SEARCH_MEMORY = "search_memory"
    #: Create memory records.
    CREATE_MEMORY = "create_memory"
    #: Change known memory records.
    UPDATE_MEMORY = "update_memory"
    #: Create or change memory records.
    UPSERT_MEMORY = "upsert_memory"
    #: Delete memory records.
    DELETE_MEMORY = "delete_memory"
    #: Create a memory store.
    CREATE_MEMORY_STORE = "create_memory_store"
    #: Delete a memory store.
    DELETE_MEMORY_STORE = "delete_memory_store"
    #: Reorder retrieved documents by a model. Not official yet (issue 253); the enum is open.
    RERANK = "rerank"


class Outcome(StrEnum):
    """Values of ``spanwright.outcome`` (closed)."""

    #: The request was answered.
    SUCCESS = "success"
    #: The request failed.
    ERROR = "error"
    #: Answered, but a step failed or the answer was cut.
    PARTIAL = "partial"
    #: Answered by a substitute: another model, a canned text.
    FALLBACK = "fallback"


class OutputType(StrEnum):
    """Values of ``gen_ai.output.type`` (open)."""

    #: Plain text.
    TEXT = "text"
    #: JSON, with or without a schema.
    JSON = "json"
    #: Image.
    IMAGE = "image"
    #: Speech.
    SPEECH = "speech"


class PipelineType(StrEnum):
    """Values of ``spanwright.pipeline.type`` (open)."""

    #: Question and answer: one retrieval, one model call.
    SIMPLE_QA = "simple_qa"
    #: An agent with 2 to 4 tool calls.
    AGENT = "agent"
    #: Analysis of documents, long context.
    DOCUMENT_ANALYSIS = "document_analysis"
    #: An agent with more than 4 steps.
    AUTONOMOUS_AGENT = "autonomous_agent"


class Provider(StrEnum):
    """Values of ``gen_ai.provider.name`` (open)."""

    #: OpenAI.
    OPENAI = "openai"
    #: Any Google endpoint.
    GCP_GEN_AI = "gcp.gen_ai"
    #: Vertex AI.
    GCP_VERTEX_AI = "gcp.vertex_ai"
    #: Gemini API.
    GCP_GEMINI = "gcp.gemini"
    #: Anthropic.
    ANTHROPIC = "anthropic"
    #: Cohere.
    COHERE = "cohere"
    #: Azure AI Inference.
    AZURE_AI_INFERENCE = "azure.ai.inference"
    #: Azure OpenAI.
    AZURE_AI_OPENAI = "azure.ai.openai"
    #: IBM watsonx.ai.
    IBM_WATSONX_AI = "ibm.watsonx.ai"
    #: AWS Bedrock.
    AWS_BEDROCK = "aws.bedrock"
    #: Perplexity.
    PERPLEXITY = "perplexity"
    #: xAI.
    X_AI = "x_ai"
    #: DeepSeek.
    DEEPSEEK = "deepseek"
    #: Groq.
    GROQ = "groq"
    #: Mistral AI.
    MISTRAL_AI = "mistral_ai"
    #: Moonshot AI.
    MOONSHOT_AI = "moonshot_ai"


class ResponseStatus(StrEnum):
    """Values of ``gen_ai.response.status`` (open)."""

    #: Waiting.
    QUEUED = "queued"
    #: Running.
    IN_PROGRESS = "in_progress"
    #: Done.
    COMPLETED = "completed"
    #: Stopped early.
    INCOMPLETE = "incomplete"
    #: Failed.
    FAILED = "failed"
    #: Cancelled.
    CANCELLED = "cancelled"


class SamplingReason(StrEnum):
    """Values of ``spanwright.sampling.reason`` (closed)."""

    #: A span failed, or the outcome was not success.
    ERROR = "error"
    #: A person was asked, or a guardrail stepped in.
    REVIEW = "review"
    #: The trace cost more than the limit.
    COST = "cost"
    #: The first retrieval score was below the limit.
    SCORE = "score"
    #: A span took longer than the limit.
    DURATION = "duration"
    #: It belongs to the share that is kept of all others.
    SHARE = "share"


class ScoreKind(StrEnum):
    """Values of ``spanwright.retrieval.score.kind`` (closed)."""

    #: The higher the closer.
    SIMILARITY = "similarity"
    #: The lower the closer.
    DISTANCE = "distance"


class StageOutcome(StrEnum):
    """Values of ``spanwright.stage.outcome`` (open)."""

    #: The next hop accepted it; or a reload took place.
    ACCEPTED = "accepted"
    #: The next hop refused it for good; or a reload failed.
    REFUSED = "refused"
    #: The next hop did not take it now. The sender was asked to come again.
    UNAVAILABLE = "unavailable"
    #: The stage held as much as it may. The sender was asked to come again.
    BUSY = "busy"
    #: The stage was ending. The sender was asked to come again.
    DRAINING = "draining"
    #: It was no OTLP message.
    INVALID = "invalid"


class StageSignal(StrEnum):
    """Values of ``spanwright.stage.signal`` (open)."""

    #: Spans.
    TRACES = "traces"
    #: Log records.
    LOGS = "logs"


class StageTransport(StrEnum):
    """Values of ``spanwright.stage.transport`` (open)."""

    #: OTLP/gRPC.
    GRPC = "grpc"
    #: OTLP/HTTP with protobuf.
    HTTP = "http"


class StoreOutcome(StrEnum):
    """Values of ``spanwright.store.outcome`` (open)."""

    #: Stored now.
    STORED = "stored"
    #: Stored before.
    REPEATED = "repeated"
    #: Not to be stored: no id, no time that can be right, or past the retention.
    REFUSED = "refused"


class StoreTable(StrEnum):
    """Values of ``spanwright.store.table`` (open)."""

    #: Spans.
    SPANS = "spans"
    #: Events: of spans, of log records, and scores on roots.
    EVENTS = "events"


class TokenModality(StrEnum):
    """Values of ``gen_ai.token.modality`` (open)."""

    #: Text.
    TEXT = "text"
    #: Image.
    IMAGE = "image"
    #: Audio.
    AUDIO = "audio"
    #: The provider does not say.
    UNKNOWN = "unknown"
