-- Grain:   one row per HR event and the LMS action it calls for (and requirement), at most $row_limit of them
-- Answers: what should the LMS have done for each HR event, when was it due, and did it?
-- Not for: HR events that call for nothing (hr_events); total_rows counts all rows that match
with names as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

requirements as (
    select
        requirement_id,
        min(title) as title
    from policy_requirements
    group by requirement_id
),

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

scoped as (
    select hr_events.*
    from hr_events
    where
        (cast($site as varchar) is null or coalesce(hr_events.site, hr_events.previous_site) = $site)
        and (
            (cast($department as varchar) is null and cast($employment_type as varchar) is null)
            or exists (
                select 1
                from role_states
                where
                    role_states.worker_id = hr_events.worker_id
                    and ($department is null or role_states.department = $department)
                    and ($employment_type is null or role_states.employment_type = $employment_type)
                    and role_states.valid_from <= hr_events.effective_at
                    and (role_states.valid_to is null or role_states.valid_to >= hr_events.effective_at)
            )
        )
),

matching as (
    select
        event_responses.*,
        scoped.recorded_at,
        coalesce(scoped.site, scoped.previous_site) as event_site
    from event_responses
    inner join scoped on scoped.event_id = event_responses.event_id
    where
        (cast($event_type as varchar) is null or event_responses.event_type = $event_type)
        and (cast($action as varchar) is null or event_responses.action = $action)
        and (
            cast($verdict as varchar) is null
            or event_responses.verdict = $verdict
            or ($verdict = 'unsynced' and event_responses.verdict in ('late', 'missing'))
        )
),

totals as (
    select count(*) as total_rows
    from matching
),

picked as (
    select *
    from matching
    order by effective_at desc, event_id, action, requirement_id, due_at
    limit cast($row_limit as bigint)
),

final as (
    select
        picked.event_id,
        picked.worker_id,
        names.full_name,
        picked.event_type,
        picked.effective_at,
        cast(
            timezone(
                coalesce(zones.timezone, run_parameters.organisation_timezone), timezone('UTC', picked.effective_at)
            ) as date
        ) as effective_on,
        picked.recorded_at,
        picked.event_site as site,
        picked.action,
        picked.requirement_id,
        requirements.title as requirement,
        picked.clock_at,
        picked.due_at,
        picked.responded_at,
        picked.latency_hours,
        picked.verdict,
        totals.total_rows
    from picked
    cross join totals
    cross join run_parameters
    left join zones on zones.site = picked.event_site
    left join names on names.worker_id = picked.worker_id
    left join requirements on requirements.requirement_id = picked.requirement_id
)

select * from final
order by effective_at desc, event_id, action, requirement_id, due_at
