-- Check:        every completion came back to the HRIS within three days, once and unchanged
-- Feed:         hris_training_records
-- Severity:     warning
-- Rows checked: writeback
-- Do:           send the completion again from the LMS, or correct it in the HRIS; who reads only HR sees another truth
select
    worker_id,
    course_id,
    completed_at,
    status,
    completion_id,
from writeback
where status not in ('same', 'pending')
