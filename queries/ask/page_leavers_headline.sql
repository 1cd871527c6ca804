-- Grain:   one row
-- Answers: how many leavers can still log in to the LMS at as_of, and how many could a week earlier?
-- Not for: the accounts themselves (page_stale_accounts)
-- Earlier activity is told from the row: from the later of the end and the account's creation, for days_active.
with run as (
    select
        as_of - interval '7' day as week_start,
        licence_price_per_month,
        licence_currency
    from run_parameters
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

scoped as (
    select
        stale_accounts.*,
        greatest(stale_accounts.ended_at, staged_lms_accounts.created_at) as active_from
    from stale_accounts
    left join last_roles on last_roles.worker_id = stale_accounts.worker_id
    left join staged_lms_accounts on staged_lms_accounts.account_id = stale_accounts.account_id
    where
        (cast($site as varchar) is null or last_roles.site = $site)
        and (cast($department as varchar) is null or last_roles.department = $department)
        and (cast($employment_type as varchar) is null or last_roles.employment_type = $employment_type)
),

final as (
    select
        count(*) filter (where scoped.kind = 'stale' and scoped.is_open) as leavers,
        count(*) filter (
            where
            scoped.kind = 'stale'
            and scoped.active_from <= run.week_start
            and scoped.active_from + scoped.days_active * interval '1' day > run.week_start
        ) as leavers_before,
        count(*) filter (where scoped.kind = 'stale' and scoped.is_open and not scoped.is_within_sla) as past_promise,
        count(*) filter (where scoped.kind = 'stale' and scoped.is_open and scoped.logins_after > 0) as used,
        sum(scoped.open_assignments) filter (where scoped.kind = 'stale' and scoped.is_open) as open_assignments,
        sum(scoped.days_active) filter (where scoped.kind = 'stale') * max(run.licence_price_per_month) * 12 / 365 as licence_cost,
        max(run.licence_currency) as licence_currency,
        max(scoped.days_active) filter (where scoped.kind = 'stale' and scoped.is_open) as longest_days,
        count(*) filter (where scoped.kind = 'orphan') as orphans,
        count(distinct (scoped.worker_id, scoped.ended_at)) filter (where scoped.kind = 'stale') as ends_with_activity,
        (select evaluability.accounts_because from evaluability where evaluability.site is null) as not_evaluable_because
    from scoped
    cross join run
)

select * from final
