-- Answers that looked fine and stood on weak retrieval: outcome success, finish reason stop, top chunk
-- score below a limit, since a date, lowest score first. Of several retrievals of a trace, the weakest.
SELECT
    r.trace_id,
    r.first_score AS top,
    r.second_score AS second,
    t.finish_reason AS finish,
    r.query_text AS query,
    r.first_source AS first_chunk,
    r.second_source AS second_chunk
FROM traces AS t
JOIN retrievals AS r USING (trace_id)
WHERE t.outcome = 'success'
  AND t.finish_reason = 'stop'
  AND r.first_score < $below
  AND r.score_kind IS DISTINCT FROM 'distance'
  AND t.started >= $since
QUALIFY row_number() OVER (PARTITION BY r.trace_id ORDER BY r.first_score) = 1
ORDER BY top, t.started
LIMIT $limit
