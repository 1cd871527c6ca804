-- Grain:   one row per account that is ambiguous or unlinked and that nobody has decided to be nobody's
-- Key:     unique_id
-- Answers: what does the LMS say of an account whose person is not known?
-- Not for: linked accounts; sites are where its completions were earned
with undecided as (
    select
        account_links.account_id,
        staged_lms_accounts.worker_ref,
        staged_lms_accounts.username,
        staged_lms_accounts.email,
        staged_lms_accounts.full_name,
        staged_lms_accounts.created_at
    from account_links
    inner join staged_lms_accounts on account_links.account_id = staged_lms_accounts.account_id
    where
        account_links.status in ('ambiguous', 'unlinked')
        and account_links.account_id not in (
            select account_id
            from policy_identity_overrides
            where decided_at <= (select known_at from run_parameters)
            qualify
                row_number() over (partition by account_id order by decided_at desc, row_number desc) = 1
                and worker_id is null
        )
),

places as (
    select
        staged_lms_completions.account_id,
        list(distinct staged_lms_completions.site) as sites
    from staged_lms_completions
    inner join undecided on staged_lms_completions.account_id = undecided.account_id
    where
        staged_lms_completions.site is not null
        and staged_lms_completions.completed_at <= (select as_of from run_parameters)
    group by staged_lms_completions.account_id
),

departments as (
    select
        staged_lms_accounts.account_id,
        any_value(lower(trim(coalesce(
            json_extract_string(landed_lms_accounts.extra, '$.department'),
            json_extract_string(landed_lms_accounts.extra, '$.Department')
        )))) as department
    from staged_lms_accounts
    inner join undecided on staged_lms_accounts.account_id = undecided.account_id
    inner join landed_lms_accounts
        on staged_lms_accounts.load_id = landed_lms_accounts.load_id
        and staged_lms_accounts.row_number = landed_lms_accounts.row_number
    group by staged_lms_accounts.account_id
)

select
    undecided.account_id as unique_id,
    undecided.account_id as person,
    undecided.worker_ref as ref,
    undecided.username,
    undecided.email,
    undecided.full_name,
    date_diff('day', date '1970-01-01', cast(undecided.created_at as date)) as start_day,
    cast(null as bigint) as end_day,
    coalesce(places.sites, []) as sites,
    departments.department,
    false as has_account
from undecided
left join places on undecided.account_id = places.account_id
left join departments on undecided.account_id = departments.account_id
order by unique_id
