-- Grain:   one row per worker, requirement and site required at as_of, and per site, department and employment type of the
--          roles that require it
-- Key:     period_key, site, department, employment_type
-- Answers: what is required of whom at as_of, by roles where, and is it met?
-- Not for: history (compliance_timeline); sums without counting each period_key once
-- is_first marks one row of each period_key. state is not_evaluable where a source that it rests on stopped; known_state is what the last deliveries said.
with

stretches_now as (
    select role_key, worker_key, requirement_key, site_key
    from requiring_stretches
    where
        valid_from <= (select as_of from run_parameters)
        and valid_to > (select as_of from run_parameters)
),

by_role as (
    select distinct
        timeline_segments.period_key,
        timeline_segments.worker_key,
        timeline_segments.person_key,
        requirement_keys.requirement_id,
        requirement_keys.authority,
        requirement_keys.severity,
        coalesce(site_keys.site, role_intervals.site) as site,
        role_intervals.department,
        role_intervals.employment_type,
        case when unproven_states.period_key is null then timeline_segments.state else 'not_evaluable' end as state,
        timeline_segments.state as known_state,
    from timeline_segments
    inner join requirement_keys on timeline_segments.requirement_key = requirement_keys.requirement_key
    left join site_keys on timeline_segments.site_key = site_keys.site_key
    left join stretches_now
        on timeline_segments.worker_key = stretches_now.worker_key
        and timeline_segments.requirement_key = stretches_now.requirement_key
        and timeline_segments.site_key = stretches_now.site_key
    left join role_intervals on stretches_now.role_key = role_intervals.role_key
    left join unproven_states
        on timeline_segments.period_key = unproven_states.period_key
        and timeline_segments.valid_from = unproven_states.valid_from
    where timeline_segments.valid_to = timestamp '9999-12-31 00:00:00'
),

final as (
    select
        *,
        row_number() over (
            partition by period_key
            order by site, department, employment_type
        ) = 1 as is_first,
    from by_role
)

select * from final
-- a site's rows lie together: whoever asks for one skips the others
order by site
