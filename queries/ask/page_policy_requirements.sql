-- Grain:   one row per requirement of the policy
-- Answers: what is required, on what authority, by how many rules, of how many people at as_of, and what satisfies it?
-- Not for: single rules (page_policy_rules) and people (page_people_day)
with

counted as (
    select
        requirement_id,
        people,
        people_with_gap
    from required_people
    where
        (cast($site as varchar) is null and is_all_sites)
        or (site = $site and not is_all_sites)
),

-- whoever sees some sites has no row for all of them
counts as (
    select * from counted
    union all
    select
        requirement_id,
        count(distinct worker_key) as people,
        count(distinct worker_key) filter (where state = 'gap') as people_with_gap
    from required_now
    where cast($site as varchar) is null and not exists (select 1 from required_people where is_all_sites)
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
