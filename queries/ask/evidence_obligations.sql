-- Grain:   one row per worker in scope, requirement (and site) and interval with one state, in the period
-- Answers: what was each worker required to hold, when, and did they, on which evidence and by which rule?
-- Not for: counting worker-requirements without is_at_period_end (each has several intervals)
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

segments as (
    select compliance_timeline.*, asked_requirements.title, asked_requirements.citation, asked_requirements.severity,
    from evaluable_timeline as compliance_timeline
    semi join scoped_workers on compliance_timeline.worker_id = scoped_workers.worker_id
    inner join asked_requirements on compliance_timeline.requirement_id = asked_requirements.requirement_id
    where compliance_timeline.valid_from <= cast($period_to as timestamp)
        and (
            compliance_timeline.valid_to is null
            or cast($period_from as timestamp) is null
            or compliance_timeline.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or compliance_timeline.site is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
        )
),

evidence as (
    select
        segments.worker_id,
        segments.requirement_id,
        segments.site,
        segments.valid_from,
        string_agg(
            credential_periods.completion_id,
            '; '
            order by credential_periods.valid_from, credential_periods.completion_id
        ) as completion_ids,
    from segments
    inner join credential_periods
        on segments.worker_id = credential_periods.worker_id
        and segments.requirement_id = credential_periods.requirement_id
        and segments.site is not distinct from credential_periods.site
        and (segments.valid_to is null or credential_periods.valid_from < segments.valid_to)
        and (credential_periods.valid_to is null or credential_periods.valid_to > segments.valid_from)
        and segments.state = credential_periods.kind
    group by segments.worker_id, segments.requirement_id, segments.site, segments.valid_from
),

rules as (
    select
        segments.worker_id,
        segments.requirement_id,
        segments.site,
        segments.valid_from,
        min(requirement_periods.rule_ids) as rule_ids,
        min(requirement_periods.valid_from) as required_from,
    from segments
    inner join requirement_periods
        on segments.worker_id = requirement_periods.worker_id
        and segments.requirement_id = requirement_periods.requirement_id
        and segments.site is not distinct from requirement_periods.site
        and requirement_periods.valid_from <= segments.valid_from
        and (requirement_periods.valid_to is null or requirement_periods.valid_to > segments.valid_from)
    group by segments.worker_id, segments.requirement_id, segments.site, segments.valid_from
),

final as (
    select
        segments.worker_id,
        staged_workers.full_name,
        segments.requirement_id,
        segments.title,
        segments.citation,
        segments.site,
        rules.required_from,
        segments.valid_from,
        segments.valid_to,
        segments.state,
        segments.cause,
        segments.owner,
        segments.severity,
        segments.known_state,
        segments.rests_on,
        (segments.valid_to is null or segments.valid_to > cast($period_to as timestamp)) as is_at_period_end,
        replace(rules.rule_ids, ';', '; ') as rule_ids,
        evidence.completion_ids,
    from segments
    left join staged_workers on segments.worker_id = staged_workers.worker_id
    left join rules
        on segments.worker_id = rules.worker_id
        and segments.requirement_id = rules.requirement_id
        and segments.site is not distinct from rules.site
        and segments.valid_from = rules.valid_from
    left join evidence
        on segments.worker_id = evidence.worker_id
        and segments.requirement_id = evidence.requirement_id
        and segments.site is not distinct from evidence.site
        and segments.valid_from = evidence.valid_from
    order by segments.worker_id, segments.requirement_id, segments.site nulls first, segments.valid_from
)

select * from final
