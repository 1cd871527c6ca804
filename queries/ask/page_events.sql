-- Grain:   one row per HR event and the LMS action it calls for (and requirement), at most $row_limit of them from
--          $row_offset on
-- Answers: what should the LMS have done for each HR event, when was it due, and did it?
-- Not for: HR events that call for nothing (hr_events); total_rows counts all rows that match
with

zones as (
    select
        site,
        min(timezone) as timezone
    from staged_sites
    group by site
),

matching as not materialized (
    select *
    from scoped_answers
    where
        (cast($site as varchar) is null or event_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
        and (cast($event_type as varchar) is null or event_type = $event_type)
        and (cast($action as varchar) is null or action = $action)
        and (
            cast($verdict as varchar) is null
            or verdict = $verdict
            or ($verdict = 'unsynced' and verdict in ('late', 'missing'))
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
    offset coalesce(cast($row_offset as bigint), 0)
),

final as (
    select
        picked.event_id,
        picked.worker_id,
        worker_keys.full_name,
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
        requirement_keys.title as requirement,
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
    left join worker_keys on worker_keys.worker_id = picked.worker_id
    left join requirement_keys on requirement_keys.requirement_id = picked.requirement_id
)

select * from final
order by effective_at desc, event_id, action, requirement_id, due_at
