-- Grain:   one row per login of the generated company
-- Answers: one login an account
-- Not for: anything but measuring
select
    account_id,
    created_at + interval '900' day as logged_in_at,
    'generated' as source,
    'generated' as load_id,
    row_number,
from staged_lms_accounts
