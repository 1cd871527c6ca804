-- Check:        no completion is altered, back-dated or left out between the loads of a source
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: staged_lms_completions
-- Touches:      account by account_id and course_id
-- Do:           ask the owner of the LMS who changed the record and why; what gapwatch loaded before is kept as it was
select
    record_id,
    change,
    column_name,
    old_value,
    new_value,
    source,
    load_id,
    account_id,
    course_id,
from record_changes
where feed = 'lms_completions'
