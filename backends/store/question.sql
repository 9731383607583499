SELECT started, trace_id, first_score, second_score, finish_reason, (SELECT r.query_text FROM retrievals AS r WHERE r.trace_id = t.trace_id ORDER BY r.started DESC LIMIT 1) AS query_text
FROM traces AS t
WHERE started >= now() - INTERVAL '7 days' AND outcome = 'success' AND finish_reason = 'stop' AND first_score < 0.72
ORDER BY first_score
LIMIT 50
