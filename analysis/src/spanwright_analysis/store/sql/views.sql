-- What people ask for, in the same words everywhere. A trace's row is its local root, where the roll-up stands.
-- Columns are only ever added at the end of a view: PostgreSQL replaces views that way without dropping yours.
CREATE OR REPLACE VIEW traces AS
SELECT
    trace_id, span_id, parent_span_id, name, kind, started, duration_ms, failed, status_message, error_type,
    service, service_version, environment, pipeline, pipeline_version, pipeline_type, user_hash, session_id,
    conversation_id, agent,
    outcome,
    trace_finish_reason AS finish_reason,
    trace_cost_usd AS cost_usd,
    trace_unpriced_calls AS unpriced_calls,
    trace_input_tokens AS input_tokens,
    trace_cached_tokens AS cached_tokens,
    trace_cache_write_tokens AS cache_write_tokens,
    trace_output_tokens AS output_tokens,
    trace_reasoning_tokens AS reasoning_tokens,
    trace_model_calls AS model_calls,
    trace_tool_calls AS tool_calls,
    trace_retrieval_calls AS retrieval_calls,
    trace_embedding_calls AS embedding_calls,
    trace_steps AS steps,
    trace_errors AS errors,
    trace_spans AS spans,
    trace_first_score AS first_score,
    trace_second_score AS second_score,
    trace_min_score AS min_score,
    trace_first_normalised_score AS first_normalised_score,
    trace_second_normalised_score AS second_normalised_score,
    trace_min_normalised_score AS min_normalised_score,
    trace_pii_detected AS pii_detected
FROM spans
WHERE is_root;

CREATE OR REPLACE VIEW retrievals AS
SELECT
    trace_id, span_id, parent_span_id, name, kind, started, duration_ms, failed, status_message, error_type,
    service, service_version, environment, pipeline, pipeline_version, pipeline_type, user_hash, session_id,
    conversation_id, agent,
    provider, data_source, query_text, embedding_model, top_k, returned, first_score, second_score, min_score,
    mean_score, score_kind, first_normalised_score, second_normalised_score, min_normalised_score, reranked,
    rerank_model, first_source, second_source, documents, query_key
FROM spans
WHERE operation = 'retrieval';

CREATE OR REPLACE VIEW model_calls AS
SELECT
    trace_id, span_id, parent_span_id, name, kind, started, duration_ms, failed, status_message, error_type,
    service, service_version, environment, pipeline, pipeline_version, pipeline_type, user_hash, session_id,
    conversation_id, agent,
    operation, provider, request_model, model, input_tokens, cached_tokens, cache_write_tokens, output_tokens,
    reasoning_tokens, cost_usd, unknown_price_model,
    first_token_s * 1000 AS first_token_ms,
    finish_reason, temperature, top_p, max_tokens, response_id, prompt_name, prompt_version, system_prompt,
    input_messages, output_messages, system_instructions
FROM spans
WHERE operation IN ('chat', 'generate_content', 'text_completion', 'embeddings') AND duplicate_of IS NULL;

CREATE OR REPLACE VIEW tool_calls AS
SELECT
    trace_id, span_id, parent_span_id, name, kind, started, duration_ms, failed, status_message, error_type,
    service, service_version, environment, pipeline, pipeline_version, pipeline_type, user_hash, session_id,
    conversation_id, agent,
    tool, tool_type, tool_version AS version, call_id, arguments, result, arguments_valid, inferred, mcp_method
FROM spans
WHERE operation = 'execute_tool' AND duplicate_of IS NULL;

-- One row for each score. A score on a root counts where no event tells of it; the trace of an event without
-- one is that of the model call it names.
CREATE OR REPLACE VIEW evaluations AS
SELECT
    CASE
        WHEN e.trace_id <> '' THEN e.trace_id
        ELSE (SELECT min(s.trace_id) FROM spans AS s WHERE s.response_id = e.response_id)
    END AS trace_id,
    e.span_id, e.started, e.evaluation, e.score, e.label, e.explanation, e.response_id, e.error_type, e.source,
    e.service, e.environment, e.pipeline, e.pipeline_version, e.pipeline_type
FROM events AS e
WHERE e.name = 'gen_ai.evaluation.result'
  AND (e.source <> 'root' OR NOT EXISTS (
      SELECT 1 FROM events AS o
      WHERE o.trace_id = e.trace_id AND o.name = e.name AND o.evaluation = e.evaluation AND o.source <> 'root'
  ));

CREATE OR REPLACE VIEW guardrails AS
SELECT
    trace_id, span_id, started,
    guardrail, guardrail_stage AS stage, guardrail_score AS score, guardrail_action AS action,
    service, environment, pipeline, pipeline_version, pipeline_type
FROM events
WHERE name = 'spanwright.guardrail';

CREATE OR REPLACE VIEW hitl_requests AS
SELECT
    trace_id, span_id, started,
    hitl_reason AS reason,
    service, environment, pipeline, pipeline_version, pipeline_type
FROM events
WHERE name = 'spanwright.hitl.requested';
