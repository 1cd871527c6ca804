-- Grain:   one row per LMS account, and one per worker in scope whose person has none
-- Answers: by which rule was each account matched to a person, and what could not be matched?
-- Not for: whether an account was open on a day (see the leavers and accounts)
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

overrides as (
    select
        policy_identity_overrides.account_id,
        max_by(policy_identity_overrides.decided_by, policy_identity_overrides.decided_at) as decided_by,
        max(policy_identity_overrides.decided_at) as decided_at,
        max_by(policy_identity_overrides.reason, policy_identity_overrides.decided_at) as reason,
    from policy_identity_overrides
    cross join run_parameters
    where policy_identity_overrides.decided_at <= run_parameters.known_at
    group by policy_identity_overrides.account_id
),

accounts as (
    select
        'account' as what,
        account_links.account_id,
        staged_lms_accounts.full_name as account_name,
        staged_lms_accounts.status as account_status,
        account_links.status as match_status,
        account_links.method,
        account_links.worker_id,
        staged_workers.full_name,
        account_links.person_id,
        case when account_links.method = 'override' then overrides.decided_by end as decided_by,
        case when account_links.method = 'override' then overrides.decided_at end as decided_at,
        case when account_links.method = 'override' then overrides.reason end as reason,
    from account_links
    left join staged_lms_accounts on account_links.account_id = staged_lms_accounts.account_id
    left join staged_workers on account_links.worker_id = staged_workers.worker_id
    left join overrides on account_links.account_id = overrides.account_id
    where
        (
            cast($sites as varchar[]) is null
            and cast($departments as varchar[]) is null
            and cast($workers as varchar[]) is null
        )
        or account_links.worker_id in (select scoped_workers.worker_id from scoped_workers)
),

workers_without as (
    select
        'worker' as what,
        cast(null as varchar) as account_id,
        cast(null as varchar) as account_name,
        cast(null as varchar) as account_status,
        'no account' as match_status,
        cast(null as varchar) as method,
        scoped_workers.worker_id,
        staged_workers.full_name,
        coalesce(staged_workers.person_id, scoped_workers.worker_id) as person_id,
        cast(null as varchar) as decided_by,
        cast(null as timestamp) as decided_at,
        cast(null as varchar) as reason,
    from scoped_workers
    left join staged_workers on scoped_workers.worker_id = staged_workers.worker_id
    anti join account_links
        on coalesce(staged_workers.person_id, scoped_workers.worker_id) = account_links.person_id
),

final as (
    select * from accounts
    union all
    select * from workers_without
    order by what, account_id, worker_id
)

select * from final
