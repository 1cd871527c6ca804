-- Check:        every account of an LMS completion is in the accounts feed
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: staged_lms_completions
-- Do:           deliver the missing accounts; until then these completions count for nobody
select
    staged_lms_completions.account_id,
    count(*) as rows_of_account,
    min(staged_lms_completions.completion_id) as first_completion_id,
from staged_lms_completions
anti join staged_lms_accounts on staged_lms_completions.account_id = staged_lms_accounts.account_id
group by staged_lms_completions.account_id
