-- Grain:   one row per end of employment in the period and LMS account of the person (one row when there is none), and per orphan
-- Answers: were the accounts of leavers closed, when, and were they used after? Which accounts belong to nobody?
-- Not for: ambiguous accounts (see the identity)
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

ends as (
    select
        hr_events.event_id,
        hr_events.worker_id,
        coalesce(staged_workers.person_id, hr_events.worker_id) as person_id,
        staged_workers.full_name,
        hr_events.event_type,
        hr_events.effective_at,
        hr_events.recorded_at,
        hr_events.previous_site as site,
        row_number() over (
            partition by coalesce(staged_workers.person_id, hr_events.worker_id), hr_events.effective_at
            order by hr_events.worker_id, hr_events.event_id
        ) = 1 as is_first_of_person,
    from hr_events
    semi join scoped_workers on hr_events.worker_id = scoped_workers.worker_id
    left join staged_workers on hr_events.worker_id = staged_workers.worker_id
    where hr_events.event_type in ('termination', 'contract_end')
        and hr_events.effective_at <= cast($period_to as timestamp)
        and (
            cast($period_from as timestamp) is null
            or hr_events.effective_at >= cast($period_from as timestamp)
        )
),

verdicts as (
    select event_responses.event_id, min(event_responses.due_at) as due_at, min(event_responses.verdict) as verdict,
    from event_responses
    where event_responses.action = 'deactivate_account'
    group by event_responses.event_id
),

links as (
    select account_links.account_id, account_links.person_id,
    from account_links
    where account_links.status = 'linked'
),

leavers as (
    select
        'leaver' as kind,
        ends.worker_id,
        ends.full_name,
        ends.event_id,
        ends.event_type as ended_by,
        ends.effective_at as ended_at,
        ends.recorded_at,
        ends.site,
        links.account_id,
        staged_lms_accounts.status as account_status,
        staged_lms_accounts.deactivated_at,
        stale_accounts.account_id is not null as was_active_after_end,
        stale_accounts.active_until,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.open_assignments,
        coalesce(stale_accounts.is_open, false) as is_open,
        stale_accounts.is_within_sla,
        reactivated_accounts.reactivated_at,
        stale_accounts.days_active * run_parameters.licence_price_per_month * 12 / 365 as licence_cost,
        case when stale_accounts.days_active is not null then run_parameters.licence_currency end as licence_currency,
        verdicts.due_at,
        verdicts.verdict,
    from ends
    left join links on ends.person_id = links.person_id
    left join staged_lms_accounts on links.account_id = staged_lms_accounts.account_id
    left join stale_accounts
        on links.account_id = stale_accounts.account_id
        and ends.effective_at = stale_accounts.ended_at
        and stale_accounts.kind = 'stale'
        and ends.is_first_of_person
    left join reactivated_accounts
        on stale_accounts.account_id = reactivated_accounts.account_id
        and stale_accounts.ended_at = reactivated_accounts.ended_at
    left join verdicts on ends.event_id = verdicts.event_id
    cross join run_parameters
),

orphans as (
    select
        'orphan' as kind,
        stale_accounts.worker_id,
        cast(null as varchar) as full_name,
        cast(null as varchar) as event_id,
        stale_accounts.ended_by,
        stale_accounts.ended_at,
        cast(null as timestamp) as recorded_at,
        cast(null as varchar) as site,
        stale_accounts.account_id,
        staged_lms_accounts.status as account_status,
        staged_lms_accounts.deactivated_at,
        false as was_active_after_end,
        stale_accounts.active_until,
        stale_accounts.days_active,
        stale_accounts.logins_after,
        stale_accounts.open_assignments,
        stale_accounts.is_open,
        stale_accounts.is_within_sla,
        cast(null as timestamp) as reactivated_at,
        cast(null as double) as licence_cost,
        cast(null as varchar) as licence_currency,
        cast(null as timestamp) as due_at,
        cast(null as varchar) as verdict,
    from stale_accounts
    left join staged_lms_accounts on stale_accounts.account_id = staged_lms_accounts.account_id
    where stale_accounts.kind = 'orphan'
        and cast($sites as varchar[]) is null
        and cast($departments as varchar[]) is null
        and cast($workers as varchar[]) is null
),

rows as (
    select * from leavers
    union all
    select * from orphans
),

final as (
    select
        rows.*,
        row_number() over (partition by rows.kind, rows.event_id order by rows.account_id) = 1
            and rows.kind = 'leaver' as is_first_row,
    from rows
    order by rows.kind, rows.worker_id, rows.ended_at, rows.event_id, rows.account_id
)

select * from final
