-- Grain:   one row per account and end of employment after which it was closed and opened again before the person's return
-- Key:     account_id, ended_at
-- Answers: which accounts of leavers came back to life, and when first?
-- Not for: accounts that were never closed (see stale_accounts)
select
    stale_accounts.account_id,
    stale_accounts.ended_at,
    min(account_spans.reopened_at) as reactivated_at,
from stale_accounts
cross join run_parameters
inner join account_links on account_links.account_id = stale_accounts.account_id
inner join account_spans on account_spans.account_key = account_links.account_key
where
    account_spans.closed_at > stale_accounts.ended_at
    and account_spans.reopened_at > account_spans.closed_at
    and account_spans.reopened_at <= run_parameters.as_of
    and not exists (
        select 1
        from person_employment_periods
        where
            person_employment_periods.person_key = account_links.person_key
            and person_employment_periods.valid_from > stale_accounts.ended_at
            and person_employment_periods.valid_from <= account_spans.reopened_at
    )
group by stale_accounts.account_id, stale_accounts.ended_at
