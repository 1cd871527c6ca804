-- Grain:   one row per LMS account in force
-- Key:     account_key
-- Answers: which number stands for an LMS account?
-- Not for: whose it is (see account_links)
select
    cast(row_number() over (order by account_id) as integer) as account_key,
    account_id,
from staged_lms_accounts
