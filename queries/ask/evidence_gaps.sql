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

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
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

warnings as (
    select
        finding_warnings.finding_id,
        string_agg(finding_warnings.words, '; ' order by finding_warnings.severity, finding_warnings.check_id, finding_warnings.feed)
            as warnings,
    from finding_warnings
    where finding_warnings.finding = 'gap'
        and finding_warnings.finding_id is not null
    group by finding_warnings.finding_id
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
        warnings.warnings,
        unproven_states.rests_on,
    from gaps
    semi join scoped_workers on gaps.worker_id = scoped_workers.worker_id
    inner join asked_requirements on gaps.requirement_id = asked_requirements.requirement_id
    left join staged_workers on gaps.worker_id = staged_workers.worker_id
    left join closing on gaps.gap_id = closing.gap_id
    left join warnings on gaps.gap_id = warnings.finding_id
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
        and (
            cast($sites as varchar[]) is null
            or gaps.site is null
            or list_contains(cast($sites as varchar[]), gaps.site)
        )
    order by gaps.worker_id, gaps.requirement_id, gaps.site nulls first, gaps.opened_at, gaps.gap_id
)

select * from final
