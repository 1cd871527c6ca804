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

scoped as (
    select *
    from scoped_accounts
    where
        (cast($site as varchar) is null or site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
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
