-- The tables, each in one piece for each day (UTC), and what keeps them. Columns: store/columns.py.
CREATE TABLE store_settings (key text PRIMARY KEY, value text NOT NULL);

CREATE TABLE resources (
    resource_id uuid PRIMARY KEY,
    attributes jsonb NOT NULL,
    last_day date NOT NULL
);

-- What was erased: what arrives of it later is not stored again.
CREATE TABLE erased (
    kind text NOT NULL,
    value text NOT NULL,
    erased_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, value)
);

CREATE TABLE spans (
    trace_id text COLLATE "C" NOT NULL,
    span_id text COLLATE "C" NOT NULL,
    parent_span_id text COLLATE "C",
    name text,
    kind text,
    started timestamp with time zone NOT NULL,
    duration_ms double precision,
    failed boolean,
    status_message text,
    is_root boolean,
    scope text,
    resource_id uuid,
    service text,
    service_version text,
    environment text,
    operation text,
    error_type text,
    pipeline text,
    pipeline_version text,
    pipeline_type text,
    user_hash text,
    session_id text,
    conversation_id text,
    agent text,
    provider text,
    duplicate_of text,
    outcome text,
    trace_finish_reason text,
    trace_cost_usd double precision,
    trace_first_score double precision,
    trace_second_score double precision,
    trace_min_score double precision,
    trace_first_normalised_score double precision,
    trace_second_normalised_score double precision,
    trace_min_normalised_score double precision,
    trace_unpriced_calls bigint,
    trace_input_tokens bigint,
    trace_cached_tokens bigint,
    trace_cache_write_tokens bigint,
    trace_output_tokens bigint,
    trace_reasoning_tokens bigint,
    trace_model_calls bigint,
    trace_tool_calls bigint,
    trace_retrieval_calls bigint,
    trace_embedding_calls bigint,
    trace_steps bigint,
    trace_errors bigint,
    trace_spans bigint,
    trace_pii_detected boolean,
    data_source text,
    embedding_model text,
    score_kind text,
    rerank_model text,
    query_text text,
    query_key text COLLATE "C",
    top_k bigint,
    returned bigint,
    first_score double precision,
    second_score double precision,
    min_score double precision,
    mean_score double precision,
    first_normalised_score double precision,
    second_normalised_score double precision,
    min_normalised_score double precision,
    reranked boolean,
    first_source text,
    second_source text,
    documents jsonb,
    request_model text,
    model text,
    response_id text,
    finish_reason text,
    unknown_price_model text,
    prompt_name text,
    prompt_version text,
    system_prompt text,
    input_tokens bigint,
    cached_tokens bigint,
    cache_write_tokens bigint,
    output_tokens bigint,
    reasoning_tokens bigint,
    max_tokens bigint,
    cost_usd double precision,
    first_token_s double precision,
    temperature double precision,
    top_p double precision,
    input_messages text,
    output_messages text,
    system_instructions text,
    tool text,
    tool_type text,
    tool_version text,
    call_id text,
    mcp_method text,
    arguments text,
    result text,
    arguments_valid boolean,
    inferred boolean,
    attributes jsonb,
    PRIMARY KEY (trace_id, span_id, started)
) PARTITION BY RANGE (started);

CREATE TABLE events (
    trace_id text COLLATE "C" NOT NULL,
    event_id uuid NOT NULL,
    started timestamp with time zone NOT NULL,
    span_id text COLLATE "C",
    name text,
    source text,
    resource_id uuid,
    service text,
    environment text,
    pipeline text,
    pipeline_version text,
    pipeline_type text,
    evaluation text,
    label text,
    response_id text,
    error_type text,
    guardrail text,
    guardrail_stage text,
    guardrail_action text,
    hitl_reason text,
    explanation text,
    score double precision,
    guardrail_score double precision,
    attributes jsonb,
    body jsonb,
    PRIMARY KEY (trace_id, event_id, started)
) PARTITION BY RANGE (started);

-- Rows arrive nearly in the order of their times: a few bytes for each 32 pages find an hour.
CREATE INDEX ON spans USING brin (started) WITH (pages_per_range = 32);
CREATE INDEX ON spans (started) WHERE is_root;
CREATE INDEX ON spans (first_score) WHERE operation = 'retrieval';
CREATE INDEX ON spans (query_key) WHERE query_key IS NOT NULL;
CREATE INDEX ON spans USING hash (response_id) WHERE response_id IS NOT NULL;
CREATE INDEX ON events (name, started);

-- Only roots have an outcome: without this the planner takes answers that are common for rare ones, and reads
-- whole days where an index leads to the fifty rows that were asked for.
CREATE STATISTICS spans_of_roots (mcv) ON is_root, outcome, trace_finish_reason FROM spans;

-- Half the time of PostgreSQL's own compression, where the server has it.
DO $$
BEGIN
    ALTER TABLE spans ALTER attributes SET COMPRESSION lz4, ALTER documents SET COMPRESSION lz4,
        ALTER input_messages SET COMPRESSION lz4, ALTER output_messages SET COMPRESSION lz4,
        ALTER system_instructions SET COMPRESSION lz4, ALTER arguments SET COMPRESSION lz4,
        ALTER result SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
