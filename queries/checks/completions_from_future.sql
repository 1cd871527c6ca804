-- Check:        no completion is dated after it was loaded or recorded
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: staged_lms_completions
-- Touches:      account by account_id and course_id
-- Do:           see whether day and month, or the time zone, of the source are read right
select
    staged_lms_completions.completion_id,
    staged_lms_completions.completed_at,
    staged_lms_completions.recorded_at,
    loads.loaded_at,
    staged_lms_completions.account_id,
    staged_lms_completions.course_id,
from staged_lms_completions
left join loads on staged_lms_completions.load_id = loads.load_id
where
    staged_lms_completions.completed_at > loads.loaded_at
    or staged_lms_completions.completed_at > staged_lms_completions.recorded_at + interval '1' day
