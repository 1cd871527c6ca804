-- Grain:   one row per account and end of employment after which it stayed active, at most $row_limit
-- Answers: which leavers' accounts stayed open ($status: open, closed; NULL both), for how long, and were they used?
-- Not for: accounts of nobody (page_orphan_accounts); total_rows counts all rows that match
with names as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

last_roles as (
    select
        role_states.worker_id,
        role_states.site,
        role_states.department,
        role_states.employment_type,
        role_states.job_code,
        role_states.job_title
    from role_states
    cross join run_parameters
    where role_states.valid_from <= run_parameters.as_of and role_states.status in ('active', 'leave', 'suspended')
    qualify
        row_number() over (
            partition by role_states.worker_id
            order by
                role_states.valid_from desc,
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.assignment_key
        ) = 1
),

final as (
    select
        stale_accounts.account_id,
        stale_accounts.worker_id,
        names.full_name,
        last_roles.job_title,
        last_roles.employment_type,
        last_roles.site,
        stale_accounts.ended_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', stale_accounts.ended_at)
            ) as date
        ) as ended_on,
        stale_accounts.ended_by,
        stale_accounts.active_until,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.open_assignments,
        stale_accounts.is_open,
        stale_accounts.is_within_sla,
        reactivated_accounts.reactivated_at,
        stale_accounts.days_active * run_parameters.licence_price_per_month * 12 / 365 as licence_cost,
        run_parameters.licence_currency,
        count(*) over () as total_rows
    from stale_accounts
    cross join run_parameters
    left join names on names.worker_id = stale_accounts.worker_id
    left join reactivated_accounts
        on reactivated_accounts.account_id = stale_accounts.account_id
        and reactivated_accounts.ended_at = stale_accounts.ended_at
    left join last_roles on last_roles.worker_id = stale_accounts.worker_id
    left join zones on zones.site = last_roles.site
    where
        stale_accounts.kind = 'stale'
        and (cast($site as varchar) is null or last_roles.site = $site)
        and (cast($department as varchar) is null or last_roles.department = $department)
        and (cast($employment_type as varchar) is null or last_roles.employment_type = $employment_type)
        and (cast($status as varchar) is null or ($status = 'open') = stale_accounts.is_open)
)

select * from final
order by is_open desc, is_within_sla, logins_after desc, days_active desc, account_id
limit cast($row_limit as bigint)
