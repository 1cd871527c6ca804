-- Grain:   one row per thing that the policy or the job list does not connect to anything
-- Answers: which job codes, requirements, rules and courses lead nowhere, and how many people does that concern?
-- Not for: whether a requirement is met (compliance)
-- kind: job_without_profile, job_unknown (people hold it now; rules by training profile miss them), requirement_without_rule,
-- requirement_without_course (people: of whom it is required at as_of), rule_reaches_nobody, course_credits_nothing,
-- credit_names_unknown_course. people is NULL where no person is concerned.
with

held as (
    select
        role_states.job_code,
        max(role_states.job_title) as job_title,
        count(distinct role_states.worker_key) as people,
        bool_or(role_states.training_profile is not null) as has_profile
    from role_states
    cross join run_parameters
    where
        role_states.is_employed
        and role_states.job_code is not null
        and role_states.valid_from <= run_parameters.as_of
        and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
    group by role_states.job_code
),

by_profile as (
    select count(*) > 0 as is_used
    from policy_requirement_rules
    where training_profile is not null
),

required as (
    select
        requirement_id,
        coalesce(max(people) filter (where is_all_sites), sum(people)) as people
    from required_people
    group by requirement_id
),

jobs as (
    select
        case when staged_jobs.job_code is null then 'job_unknown' else 'job_without_profile' end as kind,
        held.job_code as item,
        coalesce(held.job_title, staged_jobs.job_title) as words,
        held.people
    from held
    cross join by_profile
    left join staged_jobs on staged_jobs.job_code = held.job_code
    where by_profile.is_used and not held.has_profile
),

requirements as (
    select
        'requirement_without_rule' as kind,
        policy_requirements.requirement_id as item,
        policy_requirements.title as words,
        required.people
    from policy_requirements
    left join required on required.requirement_id = policy_requirements.requirement_id
    where policy_requirements.requirement_id not in (select requirement_id from policy_requirement_rules)
    union all
    select
        'requirement_without_course' as kind,
        policy_requirements.requirement_id as item,
        policy_requirements.title as words,
        required.people
    from policy_requirements
    left join required on required.requirement_id = policy_requirements.requirement_id
    where policy_requirements.requirement_id not in (select requirement_id from policy_course_credits)
),

rules as (
    select
        'rule_reaches_nobody' as kind,
        policy_requirement_rules.rule_id as item,
        coalesce(policy_requirements.title, policy_requirement_rules.requirement_id) as words,
        cast(null as bigint) as people
    from policy_requirement_rules
    left join policy_requirements on policy_requirements.requirement_id = policy_requirement_rules.requirement_id
    where policy_requirement_rules.rule_id not in (select rule_id from rule_people)
),

courses as (
    select
        'course_credits_nothing' as kind,
        staged_lms_courses.course_id as item,
        max(staged_lms_courses.title) as words,
        cast(null as bigint) as people
    from staged_lms_courses
    where staged_lms_courses.course_id not in (select course_id from policy_course_credits)
    group by staged_lms_courses.course_id
    union all
    select
        'credit_names_unknown_course' as kind,
        policy_course_credits.course_id as item,
        string_agg(distinct policy_course_credits.requirement_id, ', ' order by policy_course_credits.requirement_id)
            as words,
        cast(null as bigint) as people
    from policy_course_credits
    where
        policy_course_credits.course_id not in (select course_id from staged_lms_courses)
        and exists (select 1 from staged_lms_courses)
    group by policy_course_credits.course_id
),

final as (
    select * from jobs
    union all
    select * from requirements
    union all
    select * from rules
    union all
    select * from courses
)

select *, count(*) over () as total_rows
from final
order by kind, people desc nulls last, item
limit cast($row_limit as bigint)
