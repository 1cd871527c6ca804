-- Grain:   one row per account and end of its person's employment that it outlived, and per active orphan
-- Key:     kind, account_id, ended_at
-- Answers: which accounts stayed open after people left, for how long, and were they used?
-- Not for: ambiguous accounts (nobody has said whose they are)
with

ends_of_employment as (
    select
        person_employment_periods.person_key,
        person_employment_periods.valid_to as ended_at,
        lead(person_employment_periods.valid_from) over (
            partition by person_employment_periods.person_key
            order by person_employment_periods.valid_from
        ) as next_start_at,
    from person_employment_periods
),

rank_end_events as (
    select
        account_links.account_key,
        hr_events.effective_at as ended_at,
        hr_events.event_type,
        event_due.due_at,
        -- of several ends at one instant, that of the account's own worker_id
        row_number() over (
            partition by account_links.account_key, hr_events.effective_at
            order by hr_events.worker_id <> account_links.worker_id, hr_events.worker_id
        ) as end_rank,
    from hr_events
    inner join worker_keys on hr_events.worker_key = worker_keys.worker_key
    inner join account_links on worker_keys.person_key = account_links.person_key
    inner join event_due
        on hr_events.event_key = event_due.event_key
        and event_due.action = 'deactivate_account'
),

outlived_ends as (
    select
        account_links.account_id,
        account_links.account_key,
        account_links.worker_id,
        ends_of_employment.person_key,
        ends_of_employment.ended_at,
        ends_of_employment.next_start_at,
        max(account_periods.valid_to) as closed_at,
        sum(
            epoch_us(
                least(
                    account_periods.valid_to,
                    ends_of_employment.next_start_at,
                    (select as_of from run_parameters)
                )
            ) - epoch_us(greatest(account_periods.valid_from, ends_of_employment.ended_at))
        ) / 86400000000.0 as days_active,
    from ends_of_employment
    inner join account_periods
        on ends_of_employment.person_key = account_periods.person_key
        and account_periods.valid_to > ends_of_employment.ended_at
        and account_periods.valid_from < coalesce(ends_of_employment.next_start_at, timestamp '9999-12-31 00:00:00')
    inner join account_links on account_periods.account_key = account_links.account_key
    where ends_of_employment.ended_at <= (select as_of from run_parameters)
    group by
        account_links.account_id,
        account_links.account_key,
        account_links.worker_id,
        ends_of_employment.person_key,
        ends_of_employment.ended_at,
        ends_of_employment.next_start_at
),

bound_stale_time as (
    select
        outlived_ends.*,
        rank_end_events.event_type as ended_by,
        rank_end_events.due_at,
        least(outlived_ends.closed_at, outlived_ends.next_start_at, (select as_of from run_parameters)) as stale_to,
        outlived_ends.closed_at = timestamp '9999-12-31 00:00:00'
        and (outlived_ends.next_start_at is null or outlived_ends.next_start_at > (select as_of from run_parameters)) as is_open,
    from outlived_ends
    left join rank_end_events
        on outlived_ends.account_key = rank_end_events.account_key
        and outlived_ends.ended_at = rank_end_events.ended_at
        and rank_end_events.end_rank = 1
),

logins_in_stale_time as (
    select
        bound_stale_time.account_id,
        bound_stale_time.ended_at,
        count(*) as logins_after,
    from bound_stale_time
    inner join account_periods on bound_stale_time.account_key = account_periods.account_key
    inner join staged_lms_logins on bound_stale_time.account_id = staged_lms_logins.account_id
    where
        staged_lms_logins.logged_in_at >= greatest(bound_stale_time.ended_at, account_periods.valid_from)
        and staged_lms_logins.logged_in_at <= (select as_of from run_parameters)
        and staged_lms_logins.logged_in_at < account_periods.valid_to
        and (
            bound_stale_time.next_start_at is null
            or staged_lms_logins.logged_in_at < bound_stale_time.next_start_at
        )
    group by bound_stale_time.account_id, bound_stale_time.ended_at
),

open_assignments_of_accounts as (
    select
        account_key,
        count(*) as open_assignments,
    from assignment_intervals
    where closed_at = timestamp '9999-12-31 00:00:00'
    group by account_key
),

orphans as (
    select
        account_links.account_id,
        account_links.account_key,
    from account_links
    inner join account_periods on account_links.account_key = account_periods.account_key
    where
        account_links.status = 'unlinked'
        and account_periods.valid_to = timestamp '9999-12-31 00:00:00'
),

final as (
    select
        'stale' as kind,
        bound_stale_time.account_id,
        bound_stale_time.worker_id,
        bound_stale_time.ended_at,
        bound_stale_time.ended_by,
        nullif(bound_stale_time.closed_at, timestamp '9999-12-31 00:00:00') as active_until,
        bound_stale_time.days_active,
        coalesce(logins_in_stale_time.logins_after, 0) as logins_after,
        coalesce(open_assignments_of_accounts.open_assignments, 0) as open_assignments,
        bound_stale_time.is_open,
        bound_stale_time.stale_to <= bound_stale_time.due_at as is_within_sla,
    from bound_stale_time
    left join logins_in_stale_time
        on bound_stale_time.account_id = logins_in_stale_time.account_id
        and bound_stale_time.ended_at = logins_in_stale_time.ended_at
    left join open_assignments_of_accounts on bound_stale_time.account_key = open_assignments_of_accounts.account_key
    union all
    select
        'orphan' as kind,
        orphans.account_id,
        null as worker_id,
        null as ended_at,
        null as ended_by,
        null as active_until,
        null as days_active,
        null as logins_after,
        coalesce(open_assignments_of_accounts.open_assignments, 0) as open_assignments,
        true as is_open,
        null as is_within_sla,
    from orphans
    left join open_assignments_of_accounts on orphans.account_key = open_assignments_of_accounts.account_key
)

select * from final
