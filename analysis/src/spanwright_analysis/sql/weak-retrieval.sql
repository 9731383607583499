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
  AND NOT EXISTS (
      SELECT 1 FROM retrievals AS w
      WHERE w.trace_id = r.trace_id
        AND w.score_kind IS DISTINCT FROM 'distance'
        AND (w.first_score, w.span_id) < (r.first_score, r.span_id)
  )
ORDER BY top, t.started
LIMIT $limit
