-- Grain:   one row per role profile and rule that reaches it
-- Key:     profile_key, rule_key
-- Answers: which rules reach a role, by its job, place, contract and tasks, whatever the date?
-- Not for: when (see requiring_stretches)
with

task_items as (
    select
        task_scope,
        trim(unnest(string_split(task_scope, ';'))) as item,
    from (select distinct task_scope from role_profiles where task_scope is not null)
),

-- Patterns know * and ?; everything else stands for itself.
rules as (
    select
        cast(row_number() over (order by rule_id) as integer) as rule_key,
        requirement_id,
        replace(replace(replace(replace(replace(job_code, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as job_code,
        replace(replace(replace(replace(replace(training_profile, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as training_profile,
        replace(replace(replace(replace(replace(department, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as department,
        replace(replace(replace(replace(replace(site, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as site,
        replace(replace(replace(replace(replace(facility_type, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as facility_type,
        replace(replace(replace(replace(replace(employment_type, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as employment_type,
        replace(replace(replace(replace(replace(task_scope, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_')
            as task_scope,
    from policy_requirement_rules
),

rules_that_match_tasks as (
    select distinct
        rules.rule_key,
        task_items.task_scope,
    from rules
    inner join task_items on task_items.item like rules.task_scope escape '\'
    where task_items.item <> ''
),

final as (
    select
        role_profiles.profile_key,
        rules.rule_key,
        requirement_keys.requirement_key,
        requirement_keys.is_site_specific,
    from role_profiles
    inner join rules
        on (rules.job_code is null or role_profiles.job_code like rules.job_code escape '\')
        and (rules.training_profile is null or role_profiles.training_profile like rules.training_profile escape '\')
        and (rules.department is null or role_profiles.department like rules.department escape '\')
        and (rules.site is null or role_profiles.site like rules.site escape '\')
        and (rules.facility_type is null or role_profiles.facility_type like rules.facility_type escape '\')
        and (rules.employment_type is null or role_profiles.employment_type like rules.employment_type escape '\')
    inner join requirement_keys on rules.requirement_id = requirement_keys.requirement_id
    left join rules_that_match_tasks
        on rules.rule_key = rules_that_match_tasks.rule_key
        and role_profiles.task_scope = rules_that_match_tasks.task_scope
    where rules.task_scope is null or rules_that_match_tasks.rule_key is not null
)

select * from final
