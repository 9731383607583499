"""Attribute names.

Generated from semconv/registry by `make generate`; edit the registry instead.
"""

from typing import Final

__all__ = [
    "AWS_BEDROCK_GUARDRAIL_ID",
    "AWS_BEDROCK_KNOWLEDGE_BASE_ID",
    "AZURE_RESOURCE_PROVIDER_NAMESPACE",
    "CLIENT_ADDRESS",
    "CLIENT_PORT",
    "DEPLOYMENT_ENVIRONMENT_NAME",
    "ENDUSER_ID",
    "ENDUSER_PSEUDO_ID",
    "ERROR_TYPE",
    "EXCEPTION_MESSAGE",
    "EXCEPTION_STACKTRACE",
    "EXCEPTION_TYPE",
    "GEN_AI_AGENT_DESCRIPTION",
    "GEN_AI_AGENT_ID",
    "GEN_AI_AGENT_NAME",
    "GEN_AI_AGENT_VERSION",
    "GEN_AI_COMPLETION",
    "GEN_AI_CONVERSATION_COMPACTED",
    "GEN_AI_CONVERSATION_ID",
    "GEN_AI_DATA_SOURCE_ID",
    "GEN_AI_EMBEDDINGS_DIMENSION_COUNT",
    "GEN_AI_EVALUATION_EXPLANATION",
    "GEN_AI_EVALUATION_NAME",
    "GEN_AI_EVALUATION_SCORE_LABEL",
    "GEN_AI_EVALUATION_SCORE_VALUE",
    "GEN_AI_INPUT_MESSAGES",
    "GEN_AI_MAIN_AGENT_DESCRIPTION",
    "GEN_AI_MAIN_AGENT_ID",
    "GEN_AI_MAIN_AGENT_NAME",
    "GEN_AI_MEMORY_QUERY_TEXT",
    "GEN_AI_MEMORY_RECORDS",
    "GEN_AI_MEMORY_RECORD_COUNT",
    "GEN_AI_MEMORY_RECORD_ID",
    "GEN_AI_MEMORY_STORE_ID",
    "GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT",
    "GEN_AI_OPENAI_REQUEST_SEED",
    "GEN_AI_OPENAI_REQUEST_SERVICE_TIER",
    "GEN_AI_OPENAI_RESPONSE_SERVICE_TIER",
    "GEN_AI_OPENAI_RESPONSE_SYSTEM_FINGERPRINT",
    "GEN_AI_OPERATION_NAME",
    "GEN_AI_OUTPUT_MESSAGES",
    "GEN_AI_OUTPUT_TYPE",
    "GEN_AI_PROMPT",
    "GEN_AI_PROMPT_NAME",
    "GEN_AI_PROMPT_VARIABLE",
    "GEN_AI_PROMPT_VERSION",
    "GEN_AI_PROVIDER_NAME",
    "GEN_AI_REQUEST_CHOICE_COUNT",
    "GEN_AI_REQUEST_ENCODING_FORMATS",
    "GEN_AI_REQUEST_FREQUENCY_PENALTY",
    "GEN_AI_REQUEST_MAX_TOKENS",
    "GEN_AI_REQUEST_MODEL",
    "GEN_AI_REQUEST_PRESENCE_PENALTY",
    "GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID",
    "GEN_AI_REQUEST_REASONING_LEVEL",
    "GEN_AI_REQUEST_SEED",
    "GEN_AI_REQUEST_STOP_SEQUENCES",
    "GEN_AI_REQUEST_STREAM",
    "GEN_AI_REQUEST_STREAM_CURSOR",
    "GEN_AI_REQUEST_TEMPERATURE",
    "GEN_AI_REQUEST_TOP_K",
    "GEN_AI_REQUEST_TOP_P",
    "GEN_AI_RESPONSE_FINISH_REASONS",
    "GEN_AI_RESPONSE_ID",
    "GEN_AI_RESPONSE_MODEL",
    "GEN_AI_RESPONSE_STATUS",
    "GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK",
    "GEN_AI_RETRIEVAL_DOCUMENTS",
    "GEN_AI_RETRIEVAL_QUERY_TEXT",
    "GEN_AI_RETRIEVAL_TOP_K",
    "GEN_AI_SKILL_DESCRIPTION",
    "GEN_AI_SKILL_NAME",
    "GEN_AI_SKILL_RESOURCE_NAME",
    "GEN_AI_SKILL_SOURCE_URI",
    "GEN_AI_SYSTEM",
    "GEN_AI_SYSTEM_INSTRUCTIONS",
    "GEN_AI_TOKEN_MODALITY",
    "GEN_AI_TOKEN_TYPE",
    "GEN_AI_TOOL_CALL_ARGUMENTS",
    "GEN_AI_TOOL_CALL_ID",
    "GEN_AI_TOOL_CALL_RESULT",
    "GEN_AI_TOOL_DEFINITIONS",
    "GEN_AI_TOOL_DESCRIPTION",
    "GEN_AI_TOOL_NAME",
    "GEN_AI_TOOL_TYPE",
    "GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS",
    "GEN_AI_USAGE_AUDIO_INPUT_TOKENS",
    "GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS",
    "GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS",
    "GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS",
    "GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS",
    "GEN_AI_USAGE_COMPLETION_TOKENS",
    "GEN_AI_USAGE_COST",
    "GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS",
    "GEN_AI_USAGE_IMAGE_INPUT_TOKENS",
    "GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS",
    "GEN_AI_USAGE_INPUT_TOKENS",
    "GEN_AI_USAGE_OUTPUT_TOKENS",
    "GEN_AI_USAGE_PROMPT_TOKENS",
    "GEN_AI_USAGE_REASONING_OUTPUT_TOKENS",
    "GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS",
    "GEN_AI_USAGE_TEXT_INPUT_TOKENS",
    "GEN_AI_USAGE_TEXT_OUTPUT_TOKENS",
    "GEN_AI_WORKFLOW_NAME",
    "HTTP_REQUEST_RESEND_COUNT",
    "JSONRPC_PROTOCOL_VERSION",
    "JSONRPC_REQUEST_ID",
    "MCP_METHOD_NAME",
    "MCP_PROTOCOL_VERSION",
    "MCP_RESOURCE_URI",
    "MCP_SESSION_ID",
    "NETWORK_PROTOCOL_NAME",
    "NETWORK_PROTOCOL_VERSION",
    "NETWORK_TRANSPORT",
    "OPENAI_API_TYPE",
    "OPENAI_REQUEST_SERVICE_TIER",
    "OPENAI_RESPONSE_SERVICE_TIER",
    "OPENAI_RESPONSE_SYSTEM_FINGERPRINT",
    "PROCESS_EXECUTABLE_NAME",
    "RPC_RESPONSE_STATUS_CODE",
    "SCHEMA_URL",
    "SERVER_ADDRESS",
    "SERVER_PORT",
    "SERVICE_INSTANCE_ID",
    "SERVICE_NAME",
    "SERVICE_NAMESPACE",
    "SERVICE_VERSION",
    "SESSION_ID",
    "SPANWRIGHT_AGENT_REPEATED_TOOL_CALLS",
    "SPANWRIGHT_AGENT_REPEATED_TOOL_NAME",
    "SPANWRIGHT_AGENT_STEPS",
    "SPANWRIGHT_AGENT_TOOL_CALLS",
    "SPANWRIGHT_CONTENT_BYTES",
    "SPANWRIGHT_CONTENT_DROP_REASONS",
    "SPANWRIGHT_CONTENT_REF",
    "SPANWRIGHT_CONTENT_TRUNCATED",
    "SPANWRIGHT_COST_CACHE_READ_USD",
    "SPANWRIGHT_COST_CACHE_WRITE_USD",
    "SPANWRIGHT_COST_GUARD_ACTION",
    "SPANWRIGHT_COST_GUARD_COUNTED_BY",
    "SPANWRIGHT_COST_GUARD_EXPECTED_USD",
    "SPANWRIGHT_COST_GUARD_INPUT_TOKENS",
    "SPANWRIGHT_COST_GUARD_LIMIT_USD",
    "SPANWRIGHT_COST_GUARD_SCOPE",
    "SPANWRIGHT_COST_GUARD_SPENT_USD",
    "SPANWRIGHT_COST_INPUT_USD",
    "SPANWRIGHT_COST_MICRO_USD",
    "SPANWRIGHT_COST_OTHER_USD",
    "SPANWRIGHT_COST_OUTPUT_USD",
    "SPANWRIGHT_COST_SOURCE",
    "SPANWRIGHT_COST_SOURCE_DATE",
    "SPANWRIGHT_COST_SOURCE_VERSION",
    "SPANWRIGHT_COST_TIER",
    "SPANWRIGHT_COST_UNKNOWN_MODEL",
    "SPANWRIGHT_COST_USD",
    "SPANWRIGHT_DIALECTS",
    "SPANWRIGHT_DUPLICATED_BY",
    "SPANWRIGHT_DUPLICATE_OF",
    "SPANWRIGHT_EVAL",
    "SPANWRIGHT_FINISH_REASON",
    "SPANWRIGHT_GUARDRAIL_ACTION",
    "SPANWRIGHT_GUARDRAIL_NAME",
    "SPANWRIGHT_GUARDRAIL_SCORE",
    "SPANWRIGHT_GUARDRAIL_STAGE",
    "SPANWRIGHT_HITL_REASON",
    "SPANWRIGHT_ORIGINAL_ATTRIBUTE",
    "SPANWRIGHT_ORIGINAL_DROPPED_KEYS",
    "SPANWRIGHT_ORIGINAL_KIND",
    "SPANWRIGHT_ORIGINAL_NAME",
    "SPANWRIGHT_OUTCOME",
    "SPANWRIGHT_PII_COUNT",
    "SPANWRIGHT_PII_DETECTED",
    "SPANWRIGHT_PII_ENTITY_TYPES",
    "SPANWRIGHT_PII_MASKED",
    "SPANWRIGHT_PIPELINE_NAME",
    "SPANWRIGHT_PIPELINE_TYPE",
    "SPANWRIGHT_PIPELINE_VERSION",
    "SPANWRIGHT_PROCESSING_FAILED_STEPS",
    "SPANWRIGHT_PROCESSING_REASON",
    "SPANWRIGHT_PROCESSING_STEP",
    "SPANWRIGHT_REQUEST_ID",
    "SPANWRIGHT_REQUEST_SERVICE_TIER",
    "SPANWRIGHT_RERANK_APPLIED",
    "SPANWRIGHT_RERANK_CANDIDATES",
    "SPANWRIGHT_RERANK_FIRST_RANK_BEFORE",
    "SPANWRIGHT_RERANK_FIRST_SCORE_BEFORE",
    "SPANWRIGHT_RERANK_MODEL",
    "SPANWRIGHT_RERANK_SCORE_BEFORE_MAX",
    "SPANWRIGHT_RERANK_SCORE_BEFORE_MIN",
    "SPANWRIGHT_RERANK_TOP_N",
    "SPANWRIGHT_RESPONSE_SERVICE_TIER",
    "SPANWRIGHT_RESPONSE_SPEED",
    "SPANWRIGHT_RETRIEVAL_EMBEDDING_MODEL",
    "SPANWRIGHT_RETRIEVAL_FILTERED",
    "SPANWRIGHT_RETRIEVAL_RETURNED",
    "SPANWRIGHT_RETRIEVAL_SCORE_FIRST",
    "SPANWRIGHT_RETRIEVAL_SCORE_KIND",
    "SPANWRIGHT_RETRIEVAL_SCORE_MAX",
    "SPANWRIGHT_RETRIEVAL_SCORE_MEAN",
    "SPANWRIGHT_RETRIEVAL_SCORE_MIN",
    "SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST",
    "SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MEAN",
    "SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MIN",
    "SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND",
    "SPANWRIGHT_RETRIEVAL_SCORE_SECOND",
    "SPANWRIGHT_SAMPLING_KEPT",
    "SPANWRIGHT_SAMPLING_REASON",
    "SPANWRIGHT_SAMPLING_SHARE",
    "SPANWRIGHT_STAGE_OUTCOME",
    "SPANWRIGHT_STAGE_SIGNAL",
    "SPANWRIGHT_STAGE_TRANSPORT",
    "SPANWRIGHT_STORE_OUTCOME",
    "SPANWRIGHT_STORE_TABLE",
    "SPANWRIGHT_SYSTEM_PROMPT_SHA256",
    "SPANWRIGHT_TIME_TO_FIRST_TOKEN",
    "SPANWRIGHT_TOOL_ARGUMENTS_PROBLEMS",
    "SPANWRIGHT_TOOL_ARGUMENTS_VALID",
    "SPANWRIGHT_TOOL_INFERRED",
    "SPANWRIGHT_TOOL_VERSION",
    "SPANWRIGHT_TRACE_COST_MICRO_USD",
    "SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS",
    "SPANWRIGHT_TRACE_COST_USD",
    "SPANWRIGHT_TRACE_DUPLICATE_SPANS",
    "SPANWRIGHT_TRACE_EMBEDDING_CALLS",
    "SPANWRIGHT_TRACE_ERRORS",
    "SPANWRIGHT_TRACE_FINISH_REASON",
    "SPANWRIGHT_TRACE_MODEL_CALLS",
    "SPANWRIGHT_TRACE_OVERALL_COST_MICRO_USD",
    "SPANWRIGHT_TRACE_OVERALL_COST_USD",
    "SPANWRIGHT_TRACE_PII_DETECTED",
    "SPANWRIGHT_TRACE_PII_ENTITY_TYPES",
    "SPANWRIGHT_TRACE_PII_MASKED",
    "SPANWRIGHT_TRACE_REMOTE_ANSWERS",
    "SPANWRIGHT_TRACE_REMOTE_COST_UNKNOWN_CALLS",
    "SPANWRIGHT_TRACE_REMOTE_COST_USD",
    "SPANWRIGHT_TRACE_REMOTE_MODEL_CALLS",
    "SPANWRIGHT_TRACE_REMOTE_USAGE_INPUT_TOKENS",
    "SPANWRIGHT_TRACE_REMOTE_USAGE_OUTPUT_TOKENS",
    "SPANWRIGHT_TRACE_RETRIEVAL_CALLS",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_MIN",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_SECOND",
    "SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND",
    "SPANWRIGHT_TRACE_ROOT_SPAN_ID",
    "SPANWRIGHT_TRACE_SPANS",
    "SPANWRIGHT_TRACE_STEPS",
    "SPANWRIGHT_TRACE_TOOL_CALLS",
    "SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS",
    "SPANWRIGHT_TRACE_USAGE_CACHE_WRITE_INPUT_TOKENS",
    "SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS",
    "SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS",
    "SPANWRIGHT_TRACE_USAGE_REASONING_OUTPUT_TOKENS",
    "SPANWRIGHT_TRUNCATED_BYTES",
    "SPANWRIGHT_TRUNCATED_SHA256",
    "SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS",
    "SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS",
    "SPANWRIGHT_USAGE_WEB_SEARCHES",
    "TELEMETRY_SDK_LANGUAGE",
    "TELEMETRY_SDK_NAME",
    "TELEMETRY_SDK_VERSION",
    "USER_HASH",
    "USER_ID",
]

#: Schema URL of this registry.
SCHEMA_URL: Final = "https://spanwright.example/schemas/spanwright/0.1.0"
#: Id of the Bedrock guardrail. (string)
AWS_BEDROCK_GUARDRAIL_ID: Final = "aws.bedrock.guardrail.id"
#: Id of the Bedrock knowledge base. (string)
AWS_BEDROCK_KNOWLEDGE_BASE_ID: Final = "aws.bedrock.knowledge_base.id"
#: Azure resource provider; `Microsoft.CognitiveServices` for Azure AI inference. (string)
AZURE_RESOURCE_PROVIDER_NAMESPACE: Final = "azure.resource_provider.namespace"
#: Address of the client, without the port; personal data where the client is a person. (string)
CLIENT_ADDRESS: Final = "client.address"
#: Port of the client. (int)
CLIENT_PORT: Final = "client.port"
#: Deployment environment (resource); `prod`, `staging` or `shadow` by the house rule. (string)
DEPLOYMENT_ENVIRONMENT_NAME: Final = "deployment.environment.name"
#: Identifier of the end user. Spanwright never writes it; it replaces it by `user.hash`. (string)
ENDUSER_ID: Final = "enduser.id"
#: Pseudonymous identifier of the end user. (string)
ENDUSER_PSEUDO_ID: Final = "enduser.pseudo.id"
#: Class of error the operation ended with, of low cardinality; absent when it succeeded. (string)
ERROR_TYPE: Final = "error.type"
#: Text of the exception; providers quote prompts in it. (string)
EXCEPTION_MESSAGE: Final = "exception.message"
#: Stack trace as the language prints it. (string)
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"
#: Qualified class name of the exception. (string)
EXCEPTION_TYPE: Final = "exception.type"
#: What the agent does, as the application says. (string)
GEN_AI_AGENT_DESCRIPTION: Final = "gen_ai.agent.description"
#: Stable id of a hosted agent. (string)
GEN_AI_AGENT_ID: Final = "gen_ai.agent.id"
#: Name of the agent. (string)
GEN_AI_AGENT_NAME: Final = "gen_ai.agent.name"
#: Version of the agent. (string)
GEN_AI_AGENT_VERSION: Final = "gen_ai.agent.version"
#: Deprecated. Use `gen_ai.output.messages`. The completion as free text. (string)
GEN_AI_COMPLETION: Final = "gen_ai.completion"
#: True when the history sent was compacted; never false. (boolean)
GEN_AI_CONVERSATION_COMPACTED: Final = "gen_ai.conversation.compacted"
#: Id of the dialogue that the application or provider keeps. Never invented. (string)
GEN_AI_CONVERSATION_ID: Final = "gen_ai.conversation.id"
#: The collection, index or knowledge base searched. (string)
GEN_AI_DATA_SOURCE_ID: Final = "gen_ai.data_source.id"
#: Dimensions of the embedding vectors. (int)
GEN_AI_EMBEDDINGS_DIMENSION_COUNT: Final = "gen_ai.embeddings.dimension.count"
#: The evaluator's reason for the score. (string)
GEN_AI_EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"
#: Name of the evaluation metric. (string)
GEN_AI_EVALUATION_NAME: Final = "gen_ai.evaluation.name"
#: The score in words, of low cardinality. (string)
GEN_AI_EVALUATION_SCORE_LABEL: Final = "gen_ai.evaluation.score.label"
#: The score the evaluator returned. (double)
GEN_AI_EVALUATION_SCORE_VALUE: Final = "gen_ai.evaluation.score.value"
#: Messages sent to the model, oldest first: a list of `{role, parts}`; JSON text on spans. (any)
GEN_AI_INPUT_MESSAGES: Final = "gen_ai.input.messages"
#: Description of the process's main agent (resource). (string)
GEN_AI_MAIN_AGENT_DESCRIPTION: Final = "gen_ai.main_agent.description"
#: Id of the process's main agent (resource entity). (string)
GEN_AI_MAIN_AGENT_ID: Final = "gen_ai.main_agent.id"
#: Name of the process's main agent (resource). (string)
GEN_AI_MAIN_AGENT_NAME: Final = "gen_ai.main_agent.name"
#: Text searched for in the memory. (string)
GEN_AI_MEMORY_QUERY_TEXT: Final = "gen_ai.memory.query.text"
#: Number of memory records read or written. (int)
GEN_AI_MEMORY_RECORD_COUNT: Final = "gen_ai.memory.record.count"
#: Id of the memory record. (string)
GEN_AI_MEMORY_RECORD_ID: Final = "gen_ai.memory.record.id"
#: Memory records read or written: a list of `{content, id?, metadata?, score?}`; JSON text on spans. (any)
GEN_AI_MEMORY_RECORDS: Final = "gen_ai.memory.records"
#: Id of the memory store. (string)
GEN_AI_MEMORY_STORE_ID: Final = "gen_ai.memory.store.id"
#: Deprecated. Use `gen_ai.output.type`. Former name of `gen_ai.output.type`. (string)
GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT: Final = "gen_ai.openai.request.response_format"
#: Deprecated. Use `gen_ai.request.seed`. Former name of `gen_ai.request.seed`. (int)
GEN_AI_OPENAI_REQUEST_SEED: Final = "gen_ai.openai.request.seed"
#: Deprecated. Use `openai.request.service_tier`. Former name of `openai.request.service_tier`. (string)
GEN_AI_OPENAI_REQUEST_SERVICE_TIER: Final = "gen_ai.openai.request.service_tier"
#: Deprecated. Use `openai.response.service_tier`. Former name of `openai.response.service_tier`. (string)
GEN_AI_OPENAI_RESPONSE_SERVICE_TIER: Final = "gen_ai.openai.response.service_tier"
#: Deprecated. Use `openai.response.system_fingerprint`. Former name of `openai.response.system_fingerprint`.
#: (string)
GEN_AI_OPENAI_RESPONSE_SYSTEM_FINGERPRINT: Final = "gen_ai.openai.response.system_fingerprint"
#: The kind of GenAI operation. (enumeration)
GEN_AI_OPERATION_NAME: Final = "gen_ai.operation.name"
#: Messages the model answered with, one per choice: a list of `{role, parts}`; JSON text on spans. (any)
GEN_AI_OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
#: Modality the caller asked for. (enumeration)
GEN_AI_OUTPUT_TYPE: Final = "gen_ai.output.type"
#: Deprecated. Use `gen_ai.input.messages`. The prompt as free text. (string)
GEN_AI_PROMPT: Final = "gen_ai.prompt"
#: Name of the prompt template. (string)
GEN_AI_PROMPT_NAME: Final = "gen_ai.prompt.name"
#: Values put into a prompt template, `gen_ai.prompt.variable.<key>`. (template[string])
GEN_AI_PROMPT_VARIABLE: Final = "gen_ai.prompt.variable"
#: Version of the prompt template. (string)
GEN_AI_PROMPT_VERSION: Final = "gen_ai.prompt.version"
#: The provider whose telemetry format the span follows; replaces `gen_ai.system`. (enumeration)
GEN_AI_PROVIDER_NAME: Final = "gen_ai.provider.name"
#: Number of candidate answers asked for; set when it is not 1. (int)
GEN_AI_REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
#: Encodings of the embeddings asked for. (string[])
GEN_AI_REQUEST_ENCODING_FORMATS: Final = "gen_ai.request.encoding_formats"
#: Frequency penalty as sent. (double)
GEN_AI_REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
#: Most tokens the model may write. (int)
GEN_AI_REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
#: Exact model asked for. (string)
GEN_AI_REQUEST_MODEL: Final = "gen_ai.request.model"
#: Presence penalty as sent. (double)
GEN_AI_REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
#: Id of the response this request continues. (string)
GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID: Final = "gen_ai.request.previous_response.id"
#: Reasoning effort exactly as sent. (string)
GEN_AI_REQUEST_REASONING_LEVEL: Final = "gen_ai.request.reasoning.level"
#: Seed of the sampling. (int)
GEN_AI_REQUEST_SEED: Final = "gen_ai.request.seed"
#: Sequences at which generation stops. (string[])
GEN_AI_REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
#: True for a streamed call; absent otherwise. (boolean)
GEN_AI_REQUEST_STREAM: Final = "gen_ai.request.stream"
#: Where a fetched stream resumes. (string)
GEN_AI_REQUEST_STREAM_CURSOR: Final = "gen_ai.request.stream_cursor"
#: Temperature as sent. (double)
GEN_AI_REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
#: Top-k of the decoding (retrieval has `gen_ai.retrieval.top_k`). (int)
GEN_AI_REQUEST_TOP_K: Final = "gen_ai.request.top_k"
#: Nucleus sampling probability as sent. (double)
GEN_AI_REQUEST_TOP_P: Final = "gen_ai.request.top_p"
#: Why each generation stopped; `error` for one that broke off. (string[])
GEN_AI_RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
#: Id of the response; a call is counted once by it. (string)
GEN_AI_RESPONSE_ID: Final = "gen_ai.response.id"
#: Exact model that answered. (string)
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
#: State of a fetched response. (enumeration)
GEN_AI_RESPONSE_STATUS: Final = "gen_ai.response.status"
#: Seconds from the request to the first chunk, of whatever content; streamed calls only. (double)
GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
#: Retrieved chunks in the store's order: a list of `{id, score, source_doc_id, text_length, content?}`; JSON
#: text on spans. (any)
GEN_AI_RETRIEVAL_DOCUMENTS: Final = "gen_ai.retrieval.documents"
#: Query text sent to the store, after rewriting. (string)
GEN_AI_RETRIEVAL_QUERY_TEXT: Final = "gen_ai.retrieval.query.text"
#: Number of chunks asked for; `spanwright.retrieval.returned` is what came. (int)
GEN_AI_RETRIEVAL_TOP_K: Final = "gen_ai.retrieval.top_k"
#: What the skill does. (string)
GEN_AI_SKILL_DESCRIPTION: Final = "gen_ai.skill.description"
#: Name of the agent skill. (string)
GEN_AI_SKILL_NAME: Final = "gen_ai.skill.name"
#: Resource of the skill that was read. (string)
GEN_AI_SKILL_RESOURCE_NAME: Final = "gen_ai.skill.resource.name"
#: Where the skill was loaded from. (string)
GEN_AI_SKILL_SOURCE_URI: Final = "gen_ai.skill.source.uri"
#: Deprecated. Use `gen_ai.provider.name`. Former name of `gen_ai.provider.name`. (string)
GEN_AI_SYSTEM: Final = "gen_ai.system"
#: System instructions given apart from the conversation: a list of parts; JSON text on spans. (any)
GEN_AI_SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
#: Modality of counted tokens (metric dimension). (enumeration)
GEN_AI_TOKEN_MODALITY: Final = "gen_ai.token.modality"
#: Deprecated. Input and output are metrics of their own. Dimension `input` or `output` of the removed metric
#: `gen_ai.client.token.usage`. (string)
GEN_AI_TOKEN_TYPE: Final = "gen_ai.token.type"
#: Arguments of the tool call, exactly as the model wrote them (text), or as an object. (any)
GEN_AI_TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
#: Id the model gave the call; joins the tool span to the model call. (string)
GEN_AI_TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
#: What the tool returned, as JSON text or plain text. (any)
GEN_AI_TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"
#: Tools offered to the model: a list of `{type, name, description?, parameters?}`; JSON text on spans. (any)
GEN_AI_TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
#: What the tool does, as offered to the model. (string)
GEN_AI_TOOL_DESCRIPTION: Final = "gen_ai.tool.description"
#: Name of the tool. (string)
GEN_AI_TOOL_NAME: Final = "gen_ai.tool.name"
#: Kind of tool; `function`, `extension` or `datastore`. (string)
GEN_AI_TOOL_TYPE: Final = "gen_ai.tool.type"
#: Audio tokens of the input read from the cache. (int)
GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.audio.cache_read.input_tokens"
#: Audio tokens of the input. (int)
GEN_AI_USAGE_AUDIO_INPUT_TOKENS: Final = "gen_ai.usage.audio.input_tokens"
#: Audio tokens of the output. (int)
GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: Final = "gen_ai.usage.audio.output_tokens"
#: Deprecated. Use `gen_ai.usage.cache_write.input_tokens`. Former name of
#: `gen_ai.usage.cache_write.input_tokens`. (int)
GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
#: Input tokens read from the provider's cache; part of `gen_ai.usage.input_tokens`. (int)
GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
#: Input tokens written to the provider's cache; part of `gen_ai.usage.input_tokens`. (int)
GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
#: Deprecated. Use `gen_ai.usage.output_tokens`. Former name of `gen_ai.usage.output_tokens`. (int)
GEN_AI_USAGE_COMPLETION_TOKENS: Final = "gen_ai.usage.completion_tokens"
#: `spanwright.cost.usd` once more under the name Langfuse, OpenLIT and Grafana's GenAI dashboards read.
#: Opt-in, not official. (double, USD)
GEN_AI_USAGE_COST: Final = "gen_ai.usage.cost"
#: Image tokens of the input read from the cache. (int)
GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.image.cache_read.input_tokens"
#: Image tokens of the input. (int)
GEN_AI_USAGE_IMAGE_INPUT_TOKENS: Final = "gen_ai.usage.image.input_tokens"
#: Image tokens of the output. (int)
GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.image.output_tokens"
#: Input tokens, cached ones included; the billed count where both are known. (int)
GEN_AI_USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
#: Output tokens, reasoning included. (int)
GEN_AI_USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
#: Deprecated. Use `gen_ai.usage.input_tokens`. Former name of `gen_ai.usage.input_tokens`. (int)
GEN_AI_USAGE_PROMPT_TOKENS: Final = "gen_ai.usage.prompt_tokens"
#: Tokens of reasoning; part of `gen_ai.usage.output_tokens`. (int)
GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
#: Text tokens of the input read from the cache. (int)
GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.text.cache_read.input_tokens"
#: Text tokens of the input. (int)
GEN_AI_USAGE_TEXT_INPUT_TOKENS: Final = "gen_ai.usage.text.input_tokens"
#: Text tokens of the output. (int)
GEN_AI_USAGE_TEXT_OUTPUT_TOKENS: Final = "gen_ai.usage.text.output_tokens"
#: Name of the workflow, of low cardinality. (string)
GEN_AI_WORKFLOW_NAME: Final = "gen_ai.workflow.name"
#: How often the request was sent again after a failed attempt; absent where the first one sufficed. (int)
HTTP_REQUEST_RESEND_COUNT: Final = "http.request.resend_count"
#: Version of JSON-RPC, set when it is not 2.0. (string)
JSONRPC_PROTOCOL_VERSION: Final = "jsonrpc.protocol.version"
#: The `id` of the JSON-RPC request, as text. (string)
JSONRPC_REQUEST_ID: Final = "jsonrpc.request.id"
#: The MCP request or notification method. (enumeration)
MCP_METHOD_NAME: Final = "mcp.method.name"
#: Version of the Model Context Protocol in use. (string)
MCP_PROTOCOL_VERSION: Final = "mcp.protocol.version"
#: URI of the resource read or subscribed to. (string)
MCP_RESOURCE_URI: Final = "mcp.resource.uri"
#: Session id of peers before protocol revision 2026-07-28, which has no sessions. (string)
MCP_SESSION_ID: Final = "mcp.session.id"
#: Application protocol, lower case. (string)
NETWORK_PROTOCOL_NAME: Final = "network.protocol.name"
#: Version of the application protocol. (string)
NETWORK_PROTOCOL_VERSION: Final = "network.protocol.version"
#: Transport of the connection. (enumeration)
NETWORK_TRANSPORT: Final = "network.transport"
#: Which of OpenAI's APIs was called. (enumeration)
OPENAI_API_TYPE: Final = "openai.api.type"
#: Service tier asked for; open. (enumeration)
OPENAI_REQUEST_SERVICE_TIER: Final = "openai.request.service_tier"
#: Service tier used. (string)
OPENAI_RESPONSE_SERVICE_TIER: Final = "openai.response.service_tier"
#: Fingerprint of the provider's configuration. (string)
OPENAI_RESPONSE_SYSTEM_FINGERPRINT: Final = "openai.response.system_fingerprint"
#: File name of the process's executable. (string)
PROCESS_EXECUTABLE_NAME: Final = "process.executable.name"
#: Status code of the RPC response; for MCP the JSON-RPC error code as text. (string)
RPC_RESPONSE_STATUS_CODE: Final = "rpc.response.status_code"
#: Host name or IP address of the server called, without the port. (string)
SERVER_ADDRESS: Final = "server.address"
#: Port of the server called. (int)
SERVER_PORT: Final = "server.port"
#: Identifier of the service instance (resource). (string)
SERVICE_INSTANCE_ID: Final = "service.instance.id"
#: Name of the service (resource). (string)
SERVICE_NAME: Final = "service.name"
#: Group of services this one belongs to (resource). (string)
SERVICE_NAMESPACE: Final = "service.namespace"
#: Version of the service (resource). (string)
SERVICE_VERSION: Final = "service.version"
#: The application's session; groups the traces of one conversation or workflow run. Never invented. (string)
SESSION_ID: Final = "session.id"
#: How often the most repeated tool call of this run was made, equal being tool and arguments. 1 means that
#: none was repeated. (int, {call})
SPANWRIGHT_AGENT_REPEATED_TOOL_CALLS: Final = "spanwright.agent.repeated_tool.calls"
#: Tool of the most repeated call, where one was repeated. (string)
SPANWRIGHT_AGENT_REPEATED_TOOL_NAME: Final = "spanwright.agent.repeated_tool.name"
#: Steps of this run of the agent: answers of models that it asked itself; failed calls are none. (int,
#: {step})
SPANWRIGHT_AGENT_STEPS: Final = "spanwright.agent.steps"
#: Tools that this run of the agent called itself; a sub-agent called as a tool is one. (int, {call})
SPANWRIGHT_AGENT_TOOL_CALLS: Final = "spanwright.agent.tool_calls"
#: Bytes (UTF-8) of the span's content attributes before they were cut. (int, By)
SPANWRIGHT_CONTENT_BYTES: Final = "spanwright.content.bytes"
#: Why values of the span were dropped without having been masked, sorted: `oversize`, `timeout`, `error`,
#: `not_ready`. (string[])
SPANWRIGHT_CONTENT_DROP_REASONS: Final = "spanwright.content.drop_reasons"
#: URI of the full (masked) text in cold storage: the folder of the trace on its day, the span as fragment.
#: (string)
SPANWRIGHT_CONTENT_REF: Final = "spanwright.content.ref"
#: True when a content attribute of the span was cut. (boolean)
SPANWRIGHT_CONTENT_TRUNCATED: Final = "spanwright.content.truncated"
#: US dollars for input read from the cache: cache-read tokens * cache-read price. (double, USD)
SPANWRIGHT_COST_CACHE_READ_USD: Final = "spanwright.cost.cache_read.usd"
#: US dollars for input written to the cache: cache-write tokens * cache-write price. (double, USD)
SPANWRIGHT_COST_CACHE_WRITE_USD: Final = "spanwright.cost.cache_write.usd"
#: US dollars for uncached input: (input tokens - cache reads - cache writes) * input price. (double, USD)
SPANWRIGHT_COST_INPUT_USD: Final = "spanwright.cost.input.usd"
#: Millionths of a US dollar; round(1e6 * `spanwright.cost.usd`). (int, uUSD)
SPANWRIGHT_COST_MICRO_USD: Final = "spanwright.cost.micro_usd"
#: US dollars for what is not tokens: fees per request, web searches of the provider, GPU time. (double, USD)
SPANWRIGHT_COST_OTHER_USD: Final = "spanwright.cost.other.usd"
#: US dollars for output, reasoning included: output tokens * output price. (double, USD)
SPANWRIGHT_COST_OUTPUT_USD: Final = "spanwright.cost.output.usd"
#: Where the price came from, `genai-prices`, the name of an overrides file, or `local` for a model in the
#: process. (string)
SPANWRIGHT_COST_SOURCE: Final = "spanwright.cost.source"
#: Date (UTC, ISO 8601) of the price source: of the overrides file or price table when it was last written,
#: for a package when it was installed. (string)
SPANWRIGHT_COST_SOURCE_DATE: Final = "spanwright.cost.source_date"
#: Version of the price source. (string)
SPANWRIGHT_COST_SOURCE_VERSION: Final = "spanwright.cost.source_version"
#: Service tier whose prices were used: `standard`, or the tier or speed that served the call where the price
#: source prices it apart. (string)
SPANWRIGHT_COST_TIER: Final = "spanwright.cost.tier"
#: The model that has no known price; the call then has no cost attribute. (string)
SPANWRIGHT_COST_UNKNOWN_MODEL: Final = "spanwright.cost.unknown_model"
#: US dollars the call cost: the sum over its token kinds of tokens * price per token, from provider-reported
#: tokens only. (double, USD)
SPANWRIGHT_COST_USD: Final = "spanwright.cost.usd"
#: What became of a call above a ceiling. (enumeration)
SPANWRIGHT_COST_GUARD_ACTION: Final = "spanwright.cost_guard.action"
#: What counted the input: the name of a tokenizer, or `bytes` for the bound by length. (string)
SPANWRIGHT_COST_GUARD_COUNTED_BY: Final = "spanwright.cost_guard.counted_by"
#: US dollars the call may cost: its counted input, and the most output it may give. (double, USD)
SPANWRIGHT_COST_GUARD_EXPECTED_USD: Final = "spanwright.cost_guard.expected.usd"
#: Input tokens counted before the call. (int, {token})
SPANWRIGHT_COST_GUARD_INPUT_TOKENS: Final = "spanwright.cost_guard.input_tokens"
#: The ceiling in US dollars. (double, USD)
SPANWRIGHT_COST_GUARD_LIMIT_USD: Final = "spanwright.cost_guard.limit.usd"
#: What a ceiling holds for. (enumeration)
SPANWRIGHT_COST_GUARD_SCOPE: Final = "spanwright.cost_guard.scope"
#: US dollars spent or promised to calls under way when the call was to be made; 0 for the scope `call`.
#: (double, USD)
SPANWRIGHT_COST_GUARD_SPENT_USD: Final = "spanwright.cost_guard.spent.usd"
#: Dialects the span was written in before it was normalised, sorted; absent where it followed the conventions
#: already. (string[])
SPANWRIGHT_DIALECTS: Final = "spanwright.dialects"
#: Id (16 hexadecimal digits) of the span of the same trace that counts this call; this one repeats it, has no
#: cost and is in no total. (string)
SPANWRIGHT_DUPLICATE_OF: Final = "spanwright.duplicate_of"
#: Id (16 hexadecimal digits) of a span inside this one that told of this call without its tokens, and had
#: been passed on: the two are one call, in totals too. (string)
SPANWRIGHT_DUPLICATED_BY: Final = "spanwright.duplicated_by"
#: Online evaluation scores, `spanwright.eval.<name>`: 0 (worst) to 1 (best). (template[double])
SPANWRIGHT_EVAL: Final = "spanwright.eval"
#: Why the first generation stopped: `gen_ai.response.finish_reasons[0]`, as one value that can be filtered
#: on. (enumeration)
SPANWRIGHT_FINISH_REASON: Final = "spanwright.finish_reason"
#: What happened to the text. (enumeration)
SPANWRIGHT_GUARDRAIL_ACTION: Final = "spanwright.guardrail.action"
#: Name of the guardrail. (string)
SPANWRIGHT_GUARDRAIL_NAME: Final = "spanwright.guardrail.name"
#: The guardrail's score: 0 (harmless) to 1 (certain violation). Recorded even when it passes. (double)
SPANWRIGHT_GUARDRAIL_SCORE: Final = "spanwright.guardrail.score"
#: Where the guardrail stands. (enumeration)
SPANWRIGHT_GUARDRAIL_STAGE: Final = "spanwright.guardrail.stage"
#: Reason code for handing the run to a person. (string)
SPANWRIGHT_HITL_REASON: Final = "spanwright.hitl.reason"
#: `spanwright.original.attribute.<key>`: a value that stood under `<key>` in a namespace of the conventions
#: where they know no such attribute, or another value of it. (template[any])
SPANWRIGHT_ORIGINAL_ATTRIBUTE: Final = "spanwright.original.attribute"
#: Attributes of the dialect that were dropped, sorted, indexes as `*`; embedding vectors, and what the
#: settings name. (string[])
SPANWRIGHT_ORIGINAL_DROPPED_KEYS: Final = "spanwright.original.dropped_keys"
#: Kind of the span before it was normalised, in lower case. (string)
SPANWRIGHT_ORIGINAL_KIND: Final = "spanwright.original.kind"
#: Name of the span or event before it was normalised. (string)
SPANWRIGHT_ORIGINAL_NAME: Final = "spanwright.original.name"
#: How the request ended. `error` when the root's status is an error; set by the application it is kept.
#: (enumeration)
SPANWRIGHT_OUTCOME: Final = "spanwright.outcome"
#: Findings replaced in the span by type, `spanwright.pii.count.<type in lower case>`; off by default.
#: (template[int])
SPANWRIGHT_PII_COUNT: Final = "spanwright.pii.count"
#: True when personal data or a secret was found in the span. (boolean)
SPANWRIGHT_PII_DETECTED: Final = "spanwright.pii.detected"
#: Types of what was found, sorted, without duplicates. (string[])
SPANWRIGHT_PII_ENTITY_TYPES: Final = "spanwright.pii.entity_types"
#: True when what was found was replaced by placeholders. (boolean)
SPANWRIGHT_PII_MASKED: Final = "spanwright.pii.masked"
#: Name of the application's LLM pipeline. Copied to the root from a child where the root lacks it. (string)
SPANWRIGHT_PIPELINE_NAME: Final = "spanwright.pipeline.name"
#: What kind of pipeline the application's is, which decides its budgets of time and cost. Copied to the root
#: from a child where the root lacks it. (enumeration)
SPANWRIGHT_PIPELINE_TYPE: Final = "spanwright.pipeline.type"
#: Git SHA or semantic version of the application's LLM pipeline. Copied to the root from a child where the
#: root lacks it. (string)
SPANWRIGHT_PIPELINE_VERSION: Final = "spanwright.pipeline.version"
#: Names of the steps that failed on this span. Its content was dropped then. (string[])
SPANWRIGHT_PROCESSING_FAILED_STEPS: Final = "spanwright.processing.failed_steps"
#: Why telemetry was lost, or a value of it dropped (metric dimension). (enumeration)
SPANWRIGHT_PROCESSING_REASON: Final = "spanwright.processing.reason"
#: Name of a processing step (metric dimension). (string)
SPANWRIGHT_PROCESSING_STEP: Final = "spanwright.processing.step"
#: The provider's request id (response header), for its support. (string)
SPANWRIGHT_REQUEST_ID: Final = "spanwright.request.id"
#: Service tier asked for, as sent, of providers other than OpenAI, which has `openai.request.service_tier`.
#: (string)
SPANWRIGHT_REQUEST_SERVICE_TIER: Final = "spanwright.request.service_tier"
#: Whether the chunks were reordered by a reranker. False says that none was seen, not that there can be none:
#: only instrumented rerankers are seen. (boolean)
SPANWRIGHT_RERANK_APPLIED: Final = "spanwright.rerank.applied"
#: Number of documents the reranker was given. (int, {document})
SPANWRIGHT_RERANK_CANDIDATES: Final = "spanwright.rerank.candidates"
#: Position (from 0) that the document now first had among the candidates. 0 says that the reranker left the
#: top as it was. (int)
SPANWRIGHT_RERANK_FIRST_RANK_BEFORE: Final = "spanwright.rerank.first.rank_before"
#: Score that the retrieval gave the document which the reranker has put first. Absent where the retrieval was
#: not seen. (double)
SPANWRIGHT_RERANK_FIRST_SCORE_BEFORE: Final = "spanwright.rerank.first.score_before"
#: The reranker's model. (string)
SPANWRIGHT_RERANK_MODEL: Final = "spanwright.rerank.model"
#: Highest of the scores that the retrieval gave the candidates. (double)
SPANWRIGHT_RERANK_SCORE_BEFORE_MAX: Final = "spanwright.rerank.score_before.max"
#: Lowest of the scores that the retrieval gave the candidates. (double)
SPANWRIGHT_RERANK_SCORE_BEFORE_MIN: Final = "spanwright.rerank.score_before.min"
#: How many documents were wanted back at most. Absent where the request leaves it to the reranker. (int,
#: {document})
SPANWRIGHT_RERANK_TOP_N: Final = "spanwright.rerank.top_n"
#: Service tier that served the call, of providers other than OpenAI, which has
#: `openai.response.service_tier`. (string)
SPANWRIGHT_RESPONSE_SERVICE_TIER: Final = "spanwright.response.service_tier"
#: Speed at which the model answered, where the provider prices it apart (Anthropic). (string)
SPANWRIGHT_RESPONSE_SPEED: Final = "spanwright.response.speed"
#: Model, name and version, that embedded the query. (string)
SPANWRIGHT_RETRIEVAL_EMBEDDING_MODEL: Final = "spanwright.retrieval.embedding.model"
#: True when the query carried a filter besides the vector. (boolean)
SPANWRIGHT_RETRIEVAL_FILTERED: Final = "spanwright.retrieval.filtered"
#: Number of chunks the store returned; fewer than `gen_ai.retrieval.top_k` means the index has gaps. (int,
#: {chunk})
SPANWRIGHT_RETRIEVAL_RETURNED: Final = "spanwright.retrieval.returned"
#: Score of the first chunk returned, as the store gives it, not normalised. The higher the better for
#: `similarity`. (double)
SPANWRIGHT_RETRIEVAL_SCORE_FIRST: Final = "spanwright.retrieval.score.first"
#: What the store's scores mean. They stand as the store gives them;
#: `spanwright.retrieval.score.normalised.first` is on one scale for all stores. (enumeration)
SPANWRIGHT_RETRIEVAL_SCORE_KIND: Final = "spanwright.retrieval.score.kind"
#: Highest score of the chunks returned. (double)
SPANWRIGHT_RETRIEVAL_SCORE_MAX: Final = "spanwright.retrieval.score.max"
#: Arithmetic mean of the scores of the chunks returned. (double)
SPANWRIGHT_RETRIEVAL_SCORE_MEAN: Final = "spanwright.retrieval.score.mean"
#: Lowest score of the chunks returned. (double)
SPANWRIGHT_RETRIEVAL_SCORE_MIN: Final = "spanwright.retrieval.score.min"
#: `spanwright.retrieval.score.first` on one scale for all stores: (1 + cosine of the angle) / 2, so 1 is the
#: same direction and 0.5 nothing in common. Cosine similarity s: (1 + s) / 2. Cosine distance d: 1 - d / 2.
#: For a query of length 1, the chunks taken to have it too: inner product s: (1 + s) / 2, its negative n: (1
#: - n) / 2, 1 - s = d: 1 - d / 2; Euclidean distance d: 1 - d² / 4, squared s: 1 - s / 4. Search engines' own
#: scores: (1 + cosine) / 2 as it is, 1 + cosine halved; 1 / (1 + d²) = s: 1 - (1 / s - 1) / 4; 1 + product =
#: s: s / 2, below 1: 1 - 1 / (2 s). Absent where the measure is unknown or another, where the query has not
#: length 1, and where a score is one that vectors of length 1 cannot have. (double)
SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST: Final = "spanwright.retrieval.score.normalised.first"
#: Mean of the normalised scores (see `spanwright.retrieval.score.normalised.first`). (double)
SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MEAN: Final = "spanwright.retrieval.score.normalised.mean"
#: Lowest normalised score, that of the chunk farthest off (see
#: `spanwright.retrieval.score.normalised.first`). (double)
SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MIN: Final = "spanwright.retrieval.score.normalised.min"
#: Normalised score of the second chunk returned (see `spanwright.retrieval.score.normalised.first`). (double)
SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND: Final = "spanwright.retrieval.score.normalised.second"
#: Score of the second chunk returned. Absent when fewer than 2 came. (double)
SPANWRIGHT_RETRIEVAL_SCORE_SECOND: Final = "spanwright.retrieval.score.second"
#: Whether the span's trace is worth keeping, as decided over the whole trace. On every span of a trace that
#: was decided over. (boolean)
SPANWRIGHT_SAMPLING_KEPT: Final = "spanwright.sampling.kept"
#: Why a trace is kept; on its root. (enumeration)
SPANWRIGHT_SAMPLING_REASON: Final = "spanwright.sampling.reason"
#: Share of traces like this one that are kept: 1 for those kept for what they are; a trace of a share stands
#: for 1/share traces. On the root. (double, 1)
SPANWRIGHT_SAMPLING_SHARE: Final = "spanwright.sampling.share"
#: How a request to the stage, or a reload of its policy, ended (metric dimension). (enumeration)
SPANWRIGHT_STAGE_OUTCOME: Final = "spanwright.stage.outcome"
#: What a request to the stage holds (metric dimension). (enumeration)
SPANWRIGHT_STAGE_SIGNAL: Final = "spanwright.stage.signal"
#: How a request came to the stage (metric dimension). (enumeration)
SPANWRIGHT_STAGE_TRANSPORT: Final = "spanwright.stage.transport"
#: What became of rows that came to the store (metric dimension). (enumeration)
SPANWRIGHT_STORE_OUTCOME: Final = "spanwright.store.outcome"
#: The table of the store that rows belong to (metric dimension). (enumeration)
SPANWRIGHT_STORE_TABLE: Final = "spanwright.store.table"
#: SHA-256 in hexadecimal of the system prompt's text, UTF-8, several parts joined by a newline. (string)
SPANWRIGHT_SYSTEM_PROMPT_SHA256: Final = "spanwright.system_prompt.sha256"
#: Seconds from the request to the first chunk with content (text, reasoning or a tool call), not the
#: role-only chunk; streamed calls only. (double, s)
SPANWRIGHT_TIME_TO_FIRST_TOKEN: Final = "spanwright.time_to_first_token"
#: Why the arguments are not valid: `json`, or a keyword of JSON Schema and the parameter that fails it, 5 at
#: most. Names of the tool's own parameters only, never a value, nor a name that the model made up. (string[])
SPANWRIGHT_TOOL_ARGUMENTS_PROBLEMS: Final = "spanwright.tool.arguments.problems"
#: Whether the arguments the model wrote are JSON that fits the tool's parameters, as the request that asked
#: for them described these. Absent where that cannot be told for certain. (boolean)
SPANWRIGHT_TOOL_ARGUMENTS_VALID: Final = "spanwright.tool.arguments.valid"
#: True for a tool span made from messages because nobody opened one: it lasts from the model's answer to the
#: request that brings the tool's result, so its duration holds whatever the application did in between.
#: (boolean)
SPANWRIGHT_TOOL_INFERRED: Final = "spanwright.tool.inferred"
#: Version of the tool. (string)
SPANWRIGHT_TOOL_VERSION: Final = "spanwright.tool.version"
#: Millionths of a US dollar; round(1e6 * `spanwright.trace.cost.usd`). (int, uUSD)
SPANWRIGHT_TRACE_COST_MICRO_USD: Final = "spanwright.trace.cost.micro_usd"
#: Number of calls in the trace without a known price. They are not in the cost. (int, {call})
SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS: Final = "spanwright.trace.cost.unknown_calls"
#: US dollars; sum of `spanwright.cost.usd` over the trace's model and embedding calls. Absent if no call has
#: a price. (double, USD)
SPANWRIGHT_TRACE_COST_USD: Final = "spanwright.trace.cost.usd"
#: Spans of the trace that repeat a call which another span counts. (int, {span})
SPANWRIGHT_TRACE_DUPLICATE_SPANS: Final = "spanwright.trace.duplicate_spans"
#: Number of `embeddings` spans in the trace. (int, {call})
SPANWRIGHT_TRACE_EMBEDDING_CALLS: Final = "spanwright.trace.embedding_calls"
#: Number of spans of the trace whose status is an error, the root included. (int, {span})
SPANWRIGHT_TRACE_ERRORS: Final = "spanwright.trace.errors"
#: `spanwright.finish_reason` of the trace's last model call to end. (string)
SPANWRIGHT_TRACE_FINISH_REASON: Final = "spanwright.trace.finish_reason"
#: Number of inference spans in the trace (`chat`, `generate_content`, `text_completion`). (int, {call})
SPANWRIGHT_TRACE_MODEL_CALLS: Final = "spanwright.trace.model_calls"
#: Millionths of a US dollar; round(1e6 * `spanwright.trace.overall.cost.usd`). (int, uUSD)
SPANWRIGHT_TRACE_OVERALL_COST_MICRO_USD: Final = "spanwright.trace.overall.cost.micro_usd"
#: The one total of the request: own cost plus what called services returned. Only where one returned any;
#: never sum it over services. (double, USD)
SPANWRIGHT_TRACE_OVERALL_COST_USD: Final = "spanwright.trace.overall.cost.usd"
#: True when personal data or a secret was found in any span of the trace. (boolean)
SPANWRIGHT_TRACE_PII_DETECTED: Final = "spanwright.trace.pii.detected"
#: Types of what was found in the spans of the trace, sorted, without duplicates. (string[])
SPANWRIGHT_TRACE_PII_ENTITY_TYPES: Final = "spanwright.trace.pii.entity_types"
#: True when what was found in any span of the trace was replaced by placeholders. (boolean)
SPANWRIGHT_TRACE_PII_MASKED: Final = "spanwright.trace.pii.masked"
#: HTTP answers that carried the totals of the service that gave them. (int, {response})
SPANWRIGHT_TRACE_REMOTE_ANSWERS: Final = "spanwright.trace.remote.answers"
#: Calls without a known price that called services returned. (int, {call})
SPANWRIGHT_TRACE_REMOTE_COST_UNKNOWN_CALLS: Final = "spanwright.trace.remote.cost.unknown_calls"
#: US dollars that called services returned as their own totals; not in `spanwright.trace.cost.usd`. (double,
#: USD)
SPANWRIGHT_TRACE_REMOTE_COST_USD: Final = "spanwright.trace.remote.cost.usd"
#: Model calls that called services returned. (int, {call})
SPANWRIGHT_TRACE_REMOTE_MODEL_CALLS: Final = "spanwright.trace.remote.model_calls"
#: Input tokens that called services returned. (int, {token})
SPANWRIGHT_TRACE_REMOTE_USAGE_INPUT_TOKENS: Final = "spanwright.trace.remote.usage.input_tokens"
#: Output tokens that called services returned. (int, {token})
SPANWRIGHT_TRACE_REMOTE_USAGE_OUTPUT_TOKENS: Final = "spanwright.trace.remote.usage.output_tokens"
#: `spanwright.retrieval.score.first` of the trace's last retrieval: the store's score of its first chunk, not
#: normalised. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST: Final = "spanwright.trace.retrieval.score.first"
#: Lowest `spanwright.retrieval.score.first` over all retrievals of the trace: the top score of the weakest
#: one. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN: Final = "spanwright.trace.retrieval.score.min"
#: `spanwright.retrieval.score.normalised.first` of the trace's last retrieval: one threshold for all stores.
#: Absent where that one has none. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST: Final = "spanwright.trace.retrieval.score.normalised.first"
#: Lowest `spanwright.retrieval.score.normalised.first` over all retrievals of the trace that have one: the
#: best chunk of the weakest, whatever the store. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_MIN: Final = "spanwright.trace.retrieval.score.normalised.min"
#: `spanwright.retrieval.score.normalised.second` of the trace's last retrieval. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_SECOND: Final = (
    "spanwright.trace.retrieval.score.normalised.second"
)
#: `spanwright.retrieval.score.second` of the trace's last retrieval. Absent when it returned fewer than 2
#: chunks. (double)
SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND: Final = "spanwright.trace.retrieval.score.second"
#: Number of `retrieval` spans in the trace. (int, {call})
SPANWRIGHT_TRACE_RETRIEVAL_CALLS: Final = "spanwright.trace.retrieval_calls"
#: Id (16 hexadecimal digits) of the local root whose totals a follow-up event corrects. (string)
SPANWRIGHT_TRACE_ROOT_SPAN_ID: Final = "spanwright.trace.root_span_id"
#: Number of spans of the trace that were rolled up, the root included. (int, {span})
SPANWRIGHT_TRACE_SPANS: Final = "spanwright.trace.spans"
#: Steps of the run: answers of models, each with the tools and retrievals it asked for; failed calls are
#: none. (int, {step})
SPANWRIGHT_TRACE_STEPS: Final = "spanwright.trace.steps"
#: Number of tool calls in the trace; a tool span inside another one of the same tool is the same call. (int,
#: {call})
SPANWRIGHT_TRACE_TOOL_CALLS: Final = "spanwright.trace.tool_calls"
#: Sum of `gen_ai.usage.cache_read.input_tokens` over the trace's model calls; part of the input tokens. (int,
#: {token})
SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS: Final = "spanwright.trace.usage.cache_read.input_tokens"
#: Sum of `gen_ai.usage.cache_write.input_tokens` over the trace's model calls; part of the input tokens.
#: (int, {token})
SPANWRIGHT_TRACE_USAGE_CACHE_WRITE_INPUT_TOKENS: Final = "spanwright.trace.usage.cache_write.input_tokens"
#: Sum of `gen_ai.usage.input_tokens` over the trace's model and embedding calls. (int, {token})
SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS: Final = "spanwright.trace.usage.input_tokens"
#: Sum of `gen_ai.usage.output_tokens` over the trace's model calls. (int, {token})
SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS: Final = "spanwright.trace.usage.output_tokens"
#: Sum of `gen_ai.usage.reasoning.output_tokens` over the trace's model calls; part of the output tokens.
#: (int, {token})
SPANWRIGHT_TRACE_USAGE_REASONING_OUTPUT_TOKENS: Final = "spanwright.trace.usage.reasoning.output_tokens"
#: Bytes (UTF-8) of an attribute's value before it was cut, `spanwright.truncated.bytes.<attribute>`: masked,
#: as it went to cold storage. (template[int], By)
SPANWRIGHT_TRUNCATED_BYTES: Final = "spanwright.truncated.bytes"
#: SHA-256 in hexadecimal of an attribute's value before it was cut,
#: `spanwright.truncated.sha256.<attribute>`: of the same bytes. (template[string])
SPANWRIGHT_TRUNCATED_SHA256: Final = "spanwright.truncated.sha256"
#: Input tokens written to a cache that lives 1 hour (Anthropic); part of
#: `gen_ai.usage.cache_write.input_tokens`. (int, {token})
SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS: Final = "spanwright.usage.cache_write_1h.input_tokens"
#: Input tokens written to a cache that lives 5 minutes (Anthropic); part of
#: `gen_ai.usage.cache_write.input_tokens`. (int, {token})
SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS: Final = "spanwright.usage.cache_write_5m.input_tokens"
#: Web searches the provider ran within the call and bills apart. (int, {search})
SPANWRIGHT_USAGE_WEB_SEARCHES: Final = "spanwright.usage.web_searches"
#: Language of the telemetry SDK (resource). (string)
TELEMETRY_SDK_LANGUAGE: Final = "telemetry.sdk.language"
#: Name of the telemetry SDK (resource). (string)
TELEMETRY_SDK_NAME: Final = "telemetry.sdk.name"
#: Version of the telemetry SDK (resource). (string)
TELEMETRY_SDK_VERSION: Final = "telemetry.sdk.version"
#: HMAC-SHA-256 of the user id under the deployment's key, 32 hexadecimal digits. (string)
USER_HASH: Final = "user.hash"
#: The user's identifier. Spanwright never writes it; it replaces it by `user.hash`. (string)
USER_ID: Final = "user.id"
