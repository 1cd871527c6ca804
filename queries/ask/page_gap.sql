-- Grain:   one row: the gap named
-- Answers: what is there to know about one gap, from what opened it to what would close it?
-- Not for: lists (page_gaps)
with requirements as (
    select
        requirement_id,
        min(title) as title,
        min(authority) as authority
    from policy_requirements
    group by requirement_id
),

courses as (
    select
        policy_course_credits.requirement_id,
        string_agg(distinct policy_course_credits.course_id, ', ' order by policy_course_credits.course_id) as courses
    from policy_course_credits
    group by policy_course_credits.requirement_id
),

final as (
    select
        gaps.*,
        staged_workers.full_name,
        coalesce(requirements.title, gaps.requirement_id) as requirement,
        requirements.authority,
        courses.courses,
        hr_events.event_type,
        hr_events.effective_at as event_at,
        hr_events.recorded_at as event_recorded_at,
        coalesce(staged_sites.timezone, run_parameters.organisation_timezone) as timezone,
        (
            select string_agg(distinct requirement_periods.rule_ids, ';' order by requirement_periods.rule_ids)
            from requirement_periods
            where
                requirement_periods.worker_id = gaps.worker_id
                and requirement_periods.requirement_id = gaps.requirement_id
                and requirement_periods.site is not distinct from gaps.site
                and requirement_periods.valid_from <= gaps.opened_at
                and (requirement_periods.valid_to is null or requirement_periods.valid_to > gaps.opened_at)
        ) as rule_ids
    from gaps
    cross join run_parameters
    left join staged_sites on staged_sites.site = coalesce(gaps.site, gaps.role_site)
    left join staged_workers on staged_workers.worker_id = gaps.worker_id
    left join requirements on requirements.requirement_id = gaps.requirement_id
    left join courses on courses.requirement_id = gaps.requirement_id
    left join hr_events on hr_events.event_id = gaps.event_id
    where gaps.gap_id = $gap
)

select * from final
limit 1
