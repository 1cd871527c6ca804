-- Grain:   as stale_accounts
-- Key:     kind, account_id, ended_at
-- Answers: accounts that outlived an end of employment, or are nobody's, with all that a reader may narrow them by
-- Not for: accounts in order (account_links)
-- A leaver's account belongs to the site and department of the person's last role before the end; one of nobody to none.
with

last_roles as (
    select
        stale_accounts.account_id,
        stale_accounts.ended_at,
        role_intervals.role_key,
    from stale_accounts
    inner join worker_keys on stale_accounts.worker_id = worker_keys.worker_id
    inner join role_intervals
        on worker_keys.person_key = role_intervals.person_key
        and stale_accounts.ended_at > role_intervals.valid_from
    qualify
        row_number() over (
            partition by stale_accounts.account_id, stale_accounts.ended_at
            order by role_intervals.valid_to desc, role_intervals.assignment_key <> 'primary', role_intervals.role_key
        ) = 1
),

final as (
    select
        stale_accounts.kind,
        stale_accounts.account_id,
        stale_accounts.worker_id,
        stale_accounts.ended_at,
        stale_accounts.ended_by,
        stale_accounts.active_until,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.open_assignments,
        stale_accounts.is_open,
        stale_accounts.is_within_sla,
        worker_keys.full_name,
        role_states.site,
        role_states.department,
        role_states.employment_type,
        coalesce(role_states.job_title, role_states.job_code) as job_title,
        greatest(stale_accounts.ended_at, staged_lms_accounts.created_at) as active_from,
    from stale_accounts
    left join worker_keys on stale_accounts.worker_id = worker_keys.worker_id
    left join last_roles
        on stale_accounts.account_id = last_roles.account_id
        and stale_accounts.ended_at = last_roles.ended_at
    left join role_intervals on last_roles.role_key = role_intervals.role_key
    left join role_states
        on role_intervals.worker_key = role_states.worker_key
        and role_intervals.assignment_key = role_states.assignment_key
        and role_intervals.valid_from = role_states.valid_from
    left join staged_lms_accounts on stale_accounts.account_id = staged_lms_accounts.account_id
)

select * from final
