-- Grain:   one row per requirement of the policy
-- Answers: what is required, on what authority, by how many rules, of how many people at as_of, and what satisfies it?
-- Not for: single rules (page_policy_rules) and people (page_people_day)
with

required as (
    select distinct
        compliance_timeline.requirement_id,
        compliance_timeline.worker_id,
        compliance_timeline.state
    from evaluable_timeline as compliance_timeline
    where
        compliance_timeline.valid_to is null
        and (
            cast($site as varchar) is null
            or compliance_timeline.site = $site
            or (
                compliance_timeline.site is null
                and exists (
                    select 1
                    from role_states
                    cross join run_parameters
                    where
                        role_states.worker_id = compliance_timeline.worker_id
                        and role_states.is_employed
                        and role_states.site = $site
                        and role_states.valid_from <= run_parameters.as_of
                        and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
                )
            )
        )
),

counts as (
    select
        requirement_id,
        count(distinct worker_id) as people,
        count(distinct worker_id) filter (where state = 'gap') as people_with_gap
    from required
    group by requirement_id
),

rules as (
    select requirement_id, count(*) as rules
    from policy_requirement_rules
    group by requirement_id
),

courses as (
    select
        requirement_id,
        count(distinct course_id) as courses,
        string_agg(distinct course_id, ', ' order by course_id) as course_ids
    from policy_course_credits
    group by requirement_id
)

select
    policy_requirements.requirement_id,
    policy_requirements.title as requirement,
    policy_requirements.citation,
    policy_requirements.authority,
    policy_requirements.severity,
    policy_requirements.validity_months,
    policy_requirements.grace_days,
    policy_requirements.is_site_specific,
    policy_requirements.retrain_on,
    policy_requirements.required_evidence,
    policy_requirements.retention_basis,
    policy_requirements.retention_years,
    coalesce(rules.rules, 0) as rules,
    coalesce(counts.people, 0) as people,
    coalesce(counts.people_with_gap, 0) as people_with_gap,
    coalesce(courses.courses, 0) as courses,
    courses.course_ids,
    policy_requirements.file_name,
    policy_requirements.row_number,
    count(*) over () as total_rows
from policy_requirements
left join rules on rules.requirement_id = policy_requirements.requirement_id
left join counts on counts.requirement_id = policy_requirements.requirement_id
left join courses on courses.requirement_id = policy_requirements.requirement_id
where
    (cast($authority as varchar) is null or policy_requirements.authority = $authority)
    and (cast($severity as varchar) is null or policy_requirements.severity = $severity)
order by
    case policy_requirements.severity
        when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3
    end,
    people desc,
    policy_requirements.requirement_id
limit cast($row_limit as bigint)
