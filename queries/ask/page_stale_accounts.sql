-- Grain:   one row per account and end of employment after which it stayed active, at most $row_limit of them from $row_offset on
-- Answers: which leavers' accounts stayed open ($status: open, closed; NULL both), for how long, and were they used?
-- Not for: accounts of nobody (page_orphan_accounts); total_rows counts all rows that match
with

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

final as (
    select
        scoped_accounts.account_id,
        scoped_accounts.worker_id,
        scoped_accounts.full_name,
        scoped_accounts.job_title,
        scoped_accounts.employment_type,
        scoped_accounts.site,
        scoped_accounts.ended_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', scoped_accounts.ended_at)
            ) as date
        ) as ended_on,
        scoped_accounts.ended_by,
        scoped_accounts.active_until,
        scoped_accounts.days_active,
        scoped_accounts.logins_after,
        scoped_accounts.open_assignments,
        scoped_accounts.is_open,
        scoped_accounts.is_within_sla,
        reactivated_accounts.reactivated_at,
        scoped_accounts.days_active * run_parameters.licence_price_per_month * 12 / 365 as licence_cost,
        run_parameters.licence_currency,
        count(*) over () as total_rows
    from scoped_accounts
    cross join run_parameters
    left join reactivated_accounts
        on reactivated_accounts.account_id = scoped_accounts.account_id
        and reactivated_accounts.ended_at = scoped_accounts.ended_at
    left join zones on zones.site = scoped_accounts.site
    where
        scoped_accounts.kind = 'stale'
        and (cast($site as varchar) is null or scoped_accounts.site = $site)
        and (cast($department as varchar) is null or scoped_accounts.department = $department)
        and (cast($employment_type as varchar) is null or scoped_accounts.employment_type = $employment_type)
        and (cast($status as varchar) is null or ($status = 'open') = scoped_accounts.is_open)
)

select * from final
order by is_open desc, is_within_sla, logins_after desc, days_active desc, account_id
limit cast($row_limit as bigint)
offset coalesce(cast($row_offset as bigint), 0)
