-- One row for each span of an OTLP JSON-lines file. Numbers and booleans of attributes are kept as text,
-- arrays as JSON text: attributes['name']::DOUBLE reads them. Times are UTC.
CREATE TABLE spans AS
WITH resource_spans AS (
    SELECT unnest(resourceSpans) AS item
    FROM read_json(
        $path,
        format = 'newline_delimited',
        ignore_errors = true,
        maximum_object_size = $longest_line,
        columns = {resourceSpans: '
            STRUCT(
                resource STRUCT(attributes ATTRIBUTES),
                scopeSpans STRUCT(
                    "scope" STRUCT("name" VARCHAR, "version" VARCHAR),
                    spans STRUCT(
                        traceId VARCHAR, spanId VARCHAR, parentSpanId VARCHAR, "name" VARCHAR, "kind" VARCHAR,
                        startTimeUnixNano BIGINT, endTimeUnixNano BIGINT, attributes ATTRIBUTES, events JSON,
                        status STRUCT("message" VARCHAR, code VARCHAR)
                    )[]
                )[]
            )[]'}
    )
), scope_spans AS (
    SELECT item.resource.attributes AS resource, unnest(item.scopeSpans) AS item FROM resource_spans
), each_span AS (
    SELECT resource, item.scope AS scope, unnest(item.spans) AS span FROM scope_spans
)
SELECT
    span.traceId AS trace_id,
    span.spanId AS span_id,
    nullif(span.parentSpanId, '') AS parent_span_id,
    span.name AS name,
    span.kind AS kind,
    make_timestamp(span.startTimeUnixNano // 1000) AS started,
    (span.endTimeUnixNano - span.startTimeUnixNano) / 1e6 AS duration_ms,
    coalesce(span.status.code IN ('2', 'STATUS_CODE_ERROR'), false) AS failed,
    span.status.message AS status_message,
    as_map(span.attributes) AS attributes,
    span.events AS events,
    as_map(resource) AS resource,
    scope.name AS scope
FROM each_span;
