-- Grain:   one row per completion that the HRIS and the LMS do not tell alike
-- Answers: which completions are missing, late or different in the HRIS?
-- Not for: counts (page_writeback)
select
    status as writeback_status,
    worker_id,
    course_id,
    completed_at,
    hris_completed_at,
    result,
    hris_result,
    recorded_at,
    latency_hours,
    completion_id,
    count(*) over () as total_rows
from writeback
where status not in ('same', 'pending')
order by completed_at desc, worker_id, course_id
limit $row_limit
