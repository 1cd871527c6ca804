-- Grain:   one row per requirement rule, of one requirement or of all
-- Answers: whom does each rule name, since when, and how many people does it reach at as_of?
-- Not for: which people (page_people_day)
-- people: workers with a requirement in force at as_of, among whose rules this one is. An empty condition means any.
with

in_force as (
    select distinct
        requirement_periods.worker_id,
        requirement_periods.rule_ids
    from requirement_periods
    cross join run_parameters
    where
        requirement_periods.valid_from <= run_parameters.as_of
        and (requirement_periods.valid_to is null or requirement_periods.valid_to > run_parameters.as_of)
),

named as (
    select
        rule_ids,
        trim(unnest(string_split(rule_ids, ';'))) as rule_id
    from (select distinct rule_ids from in_force)
),

reached as (
    select
        named.rule_id,
        count(distinct in_force.worker_id) as people
    from in_force
    inner join named on named.rule_ids = in_force.rule_ids
    group by named.rule_id
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
