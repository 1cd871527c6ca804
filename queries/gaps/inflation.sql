-- Grain:   one row per site, and one with site NULL for the organisation
-- Key:     site
-- Answers: how much better does the LMS dashboard look than the truth?
-- Not for: people without an account (the LMS does not count them)
with

active_accounts as (
    select
        account_periods.account_key,
        account_links.worker_key,
        account_links.account_id,
    from account_periods
    inner join account_links on account_periods.account_key = account_links.account_key
    where account_periods.valid_to = timestamp '9999-12-31 00:00:00'
),

open_stale_accounts as (
    select distinct account_id
    from stale_accounts
    where is_open
),

main_roles as (
    select
        worker_key,
        min(role_key) as role_key,
    from role_intervals
    where
        (select as_of from run_parameters) >= valid_from
        and (select as_of from run_parameters) < valid_to
    group by worker_key
),

sites_of_workers as (
    select main_roles.worker_key, role_intervals.site_key
    from main_roles
    inner join role_intervals on main_roles.role_key = role_intervals.role_key
    where role_intervals.site_key > 0
),

counted_assignments as (
    select
        active_accounts.worker_key,
        assignment_intervals.closed_by is not null as is_completed,
        open_stale_accounts.account_id is not null as is_stale,
    from assignment_intervals
    inner join active_accounts on assignment_intervals.account_key = active_accounts.account_key
    left join open_stale_accounts on active_accounts.account_id = open_stale_accounts.account_id
    where assignment_intervals.closed_by is distinct from 'removed'
),

assignments_by_site as (
    select 0 as site_key, is_completed, is_stale
    from counted_assignments
    union all
    select sites_of_workers.site_key, counted_assignments.is_completed, counted_assignments.is_stale
    from counted_assignments
    inner join sites_of_workers on counted_assignments.worker_key = sites_of_workers.worker_key
),

count_assignments as (
    select
        site_key,
        count(*) as lms_assigned,
        count(*) filter (where is_completed) as lms_completed,
        count(*) filter (where not is_stale) as assigned_without_stale,
        count(*) filter (where is_completed and not is_stale) as completed_without_stale,
    from assignments_by_site
    group by site_key
),

percentages as (
    select
        compliance.site,
        coalesce(count_assignments.lms_assigned, 0) as lms_assigned,
        coalesce(count_assignments.lms_completed, 0) as lms_completed,
        100.0 * count_assignments.lms_completed / nullif(count_assignments.lms_assigned, 0) as lms_pct,
        compliance.requirement_compliance_pct as true_pct,
        100.0 * count_assignments.completed_without_stale / nullif(count_assignments.assigned_without_stale, 0)
            as lms_pct_without_stale,
    from compliance
    left join site_keys on compliance.site = site_keys.site
    left join count_assignments on coalesce(site_keys.site_key, 0) = count_assignments.site_key
),

final as (
    select
        site,
        lms_assigned,
        lms_completed,
        lms_pct,
        true_pct,
        lms_pct - true_pct as inflation_pct,
        lms_pct_without_stale,
    from percentages
)

select * from final
