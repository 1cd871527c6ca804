-- Grain:   one row per requirement rule, of one requirement or of all
-- Answers: whom does each rule name, since when, and how many people does it reach at as_of?
-- Not for: which people (page_people_day)
-- people: workers of whom it requires something at as_of; whoever sees some sites has those of each added up. An empty
-- condition means any.
with reached as (
    select
        rule_id,
        coalesce(max(people) filter (where is_all_sites), sum(people)) as people
    from rule_people
    group by rule_id
)

select
    policy_requirement_rules.rule_id,
    policy_requirement_rules.requirement_id,
    policy_requirements.title as requirement,
    coalesce(reached.people, 0) as people,
    policy_requirement_rules.job_code,
    policy_requirement_rules.training_profile,
    policy_requirement_rules.department,
    policy_requirement_rules.site,
    policy_requirement_rules.facility_type,
    policy_requirement_rules.employment_type,
    policy_requirement_rules.task_scope,
    policy_requirement_rules.effective_from as starts_on,
    policy_requirement_rules.effective_to as until_on,
    policy_requirement_rules.citation,
    policy_requirement_rules.file_name,
    policy_requirement_rules.row_number,
    count(*) over () as total_rows
from policy_requirement_rules
left join policy_requirements on policy_requirements.requirement_id = policy_requirement_rules.requirement_id
left join reached on reached.rule_id = policy_requirement_rules.rule_id
where cast($requirement as varchar) is null or policy_requirement_rules.requirement_id = $requirement
order by policy_requirement_rules.requirement_id, people desc, policy_requirement_rules.rule_id
limit cast($row_limit as bigint)
