-- Check:        every account of an LMS assignment is in the accounts feed
-- Feed:         lms_assignments
-- Severity:     warning
-- Rows checked: staged_lms_assignments
-- Do:           deliver the missing accounts; until then these assignments count for nobody
select
    staged_lms_assignments.account_id,
    count(*) as rows_of_account,
    min(staged_lms_assignments.assignment_id) as first_assignment_id,
from staged_lms_assignments
anti join staged_lms_accounts on staged_lms_assignments.account_id = staged_lms_accounts.account_id
group by staged_lms_assignments.account_id
