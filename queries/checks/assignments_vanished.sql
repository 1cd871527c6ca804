-- Check:        no assignment disappears between the loads of a source without a removal date
-- Feed:         lms_assignments
-- Severity:     warning
-- Rows checked: staged_lms_assignments
-- Touches:      account by account_id and course_id
-- Do:           ask the owner of the LMS who removed it; the worker no longer sees a course that may still be required
select
    record_id,
    source,
    load_id,
    previous_load_id,
    account_id,
    course_id,
from record_changes
where feed = 'lms_assignments' and change = 'removed'
