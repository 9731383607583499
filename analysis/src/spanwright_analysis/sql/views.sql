-- What people ask for, by the names of the conventions. A trace's row is its local root, where the roll-up stands.
CREATE VIEW traces AS
SELECT
    trace_id,
    span_id,
    name,
    started,
    duration_ms,
    attributes['spanwright.outcome'] AS outcome,
    attributes['spanwright.trace.finish_reason'] AS finish_reason,
    attributes['spanwright.trace.cost.usd']::DOUBLE AS cost_usd,
    attributes['spanwright.trace.usage.input_tokens']::BIGINT AS input_tokens,
    attributes['spanwright.trace.usage.cache_read.input_tokens']::BIGINT AS cached_tokens,
    attributes['spanwright.trace.usage.output_tokens']::BIGINT AS output_tokens,
    attributes['spanwright.trace.model_calls']::BIGINT AS model_calls,
    attributes['spanwright.trace.tool_calls']::BIGINT AS tool_calls,
    attributes['spanwright.trace.retrieval_calls']::BIGINT AS retrieval_calls,
    attributes['spanwright.trace.errors']::BIGINT AS errors,
    attributes['spanwright.trace.retrieval.score.first']::DOUBLE AS first_score,
    attributes['spanwright.trace.retrieval.score.second']::DOUBLE AS second_score,
    attributes['spanwright.trace.retrieval.score.min']::DOUBLE AS min_score,
    attributes['session.id'] AS session_id,
    attributes['user.hash'] AS user_hash,
    attributes['spanwright.pipeline.name'] AS pipeline,
    attributes['spanwright.pipeline.version'] AS pipeline_version,
    resource['deployment.environment.name'] AS environment,
    resource['service.name'] AS service
FROM spans
WHERE attributes['spanwright.trace.spans'] IS NOT NULL OR parent_span_id IS NULL;

CREATE VIEW retrievals AS
SELECT
    trace_id,
    span_id,
    started,
    duration_ms,
    failed,
    attributes['gen_ai.data_source.id'] AS data_source,
    attributes['gen_ai.retrieval.query.text'] AS query_text,
    attributes['spanwright.retrieval.embedding.model'] AS embedding_model,
    attributes['gen_ai.retrieval.top_k']::BIGINT AS top_k,
    attributes['spanwright.retrieval.returned']::BIGINT AS returned,
    attributes['spanwright.retrieval.score.first']::DOUBLE AS first_score,
    attributes['spanwright.retrieval.score.second']::DOUBLE AS second_score,
    attributes['spanwright.retrieval.score.mean']::DOUBLE AS mean_score,
    attributes['spanwright.retrieval.score.kind'] AS score_kind,
    documents ->> '$[0].source_doc_id' AS first_source,
    documents ->> '$[1].source_doc_id' AS second_source,
    documents
FROM (
    SELECT *, try_cast(attributes['gen_ai.retrieval.documents'] AS JSON) AS documents
    FROM spans
    WHERE attributes['gen_ai.operation.name'] = 'retrieval'
);

CREATE VIEW model_calls AS
SELECT
    trace_id,
    span_id,
    parent_span_id,
    started,
    duration_ms,
    failed,
    attributes['error.type'] AS error_type,
    attributes['gen_ai.operation.name'] AS operation,
    attributes['gen_ai.provider.name'] AS provider,
    attributes['gen_ai.request.model'] AS request_model,
    attributes['gen_ai.response.model'] AS model,
    attributes['gen_ai.usage.input_tokens']::BIGINT AS input_tokens,
    attributes['gen_ai.usage.cache_read.input_tokens']::BIGINT AS cached_tokens,
    attributes['gen_ai.usage.output_tokens']::BIGINT AS output_tokens,
    attributes['spanwright.cost.usd']::DOUBLE AS cost_usd,
    attributes['spanwright.time_to_first_token']::DOUBLE * 1000 AS first_token_ms,
    attributes['spanwright.finish_reason'] AS finish_reason,
    attributes['spanwright.system_prompt.sha256'] AS system_prompt,
    attributes['gen_ai.input.messages'] AS input_messages,
    attributes['gen_ai.output.messages'] AS output_messages
FROM spans
WHERE attributes['gen_ai.operation.name'] IN ('chat', 'generate_content', 'text_completion', 'embeddings');

CREATE VIEW tool_calls AS
SELECT
    trace_id,
    span_id,
    parent_span_id,
    started,
    duration_ms,
    failed,
    attributes['error.type'] AS error_type,
    attributes['gen_ai.tool.name'] AS tool,
    attributes['spanwright.tool.version'] AS version,
    attributes['gen_ai.tool.call.arguments'] AS arguments,
    attributes['gen_ai.tool.call.result'] AS result
FROM spans
WHERE attributes['gen_ai.operation.name'] = 'execute_tool';
