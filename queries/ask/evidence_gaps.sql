-- Grain:   one row per gap of a worker in scope that was open at some time in the period
-- Answers: which required training was missing, since when, why, who owns it, and what closed it?
-- Not for: hours in other states (see the obligations)
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
        and (cast($site as varchar) is null or role_states.site = cast($site as varchar))
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where cast($authority as varchar) is null or policy_requirements.authority = cast($authority as varchar)
),

closing as (
    select
        gaps.gap_id,
        string_agg(credential_periods.completion_id, '; ' order by credential_periods.completion_id)
            as closing_completion_ids,
    from gaps
    inner join credential_periods
        on gaps.worker_id = credential_periods.worker_id
        and gaps.requirement_id = credential_periods.requirement_id
        and gaps.site is not distinct from credential_periods.site
        and gaps.closed_at = credential_periods.valid_from
    group by gaps.gap_id
),

final as (
    select
        gaps.gap_id,
        gaps.worker_id,
        staged_workers.full_name,
        gaps.requirement_id,
        asked_requirements.title,
        gaps.citation,
        gaps.severity,
        gaps.site,
        gaps.role_site,
        gaps.job_code,
        gaps.department,
        gaps.opened_at,
        gaps.closed_at,
        gaps.closed_by,
        (gaps.closed_at is null or gaps.closed_at > cast($period_to as timestamp)) as is_open_at_period_end,
        gaps.exposure_days,
        gaps.first_cause,
        gaps.cause,
        gaps.owner,
        gaps.event_id,
        closing.closing_completion_ids,
        unproven_states.rests_on,
    from gaps
    semi join scoped_workers on gaps.worker_id = scoped_workers.worker_id
    inner join asked_requirements on gaps.requirement_id = asked_requirements.requirement_id
    left join staged_workers on gaps.worker_id = staged_workers.worker_id
    left join closing on gaps.gap_id = closing.gap_id
    left join unproven_states
        on gaps.worker_id = unproven_states.worker_id
        and gaps.requirement_id = unproven_states.requirement_id
        and gaps.site is not distinct from unproven_states.site
        and gaps.closed_at is null
        and unproven_states.state = 'gap'
        and unproven_states.valid_to is null
    where gaps.opened_at <= cast($period_to as timestamp)
        and (
            gaps.closed_at is null
            or cast($period_from as timestamp) is null
            or gaps.closed_at > cast($period_from as timestamp)
        )
        and (cast($site as varchar) is null or gaps.site is null or gaps.site = cast($site as varchar))
    order by gaps.worker_id, gaps.requirement_id, gaps.site nulls first, gaps.opened_at, gaps.gap_id
)

select * from final
