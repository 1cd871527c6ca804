-- Check:        completions are delivered: without them every requirement is a gap
-- Feed:         lms_completions
-- Severity:     critical
-- Rows checked: staged_lms_completions (at least 1)
-- Do:           load the LMS completions before reading any gap
select completion_id
from staged_lms_completions
where completion_id is null
