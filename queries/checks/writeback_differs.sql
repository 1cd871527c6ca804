-- Check:        every completion came back to the HRIS within three days, once and unchanged
-- Feed:         hris_training_records
-- Severity:     warning
-- Rows checked: writeback
-- Touches:      worker by doubted_worker_id and course_id
-- Do:           send the completion again from the LMS, or correct it in the HRIS; who reads only HR sees another truth
select
    worker_id,
    course_id,
    completed_at,
    status,
    completion_id,
    -- what the HRIS alone knows, or knows otherwise, may be training that a gap lacks; what came back late is none
    case when status in ('missing_in_lms', 'different_result', 'different_time') then worker_id end as doubted_worker_id,
from writeback
where status not in ('same', 'pending')
