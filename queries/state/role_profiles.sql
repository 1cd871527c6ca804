-- Grain:   one row per combination of what rules ask about a role
-- Key:     profile_key
-- Answers: which jobs, places, contracts and tasks are there for rules to match?
-- Not for: people (see role_intervals)
with

profiles as (
    select distinct
        profile,
        job_code,
        training_profile,
        department,
        site,
        facility_type,
        employment_type,
        task_scope,
    from role_states
    where is_employed
),

final as (
    select
        cast(row_number() over (order by profile) as integer) as profile_key,
        profile,
        job_code,
        training_profile,
        department,
        site,
        facility_type,
        employment_type,
        task_scope,
    from profiles
)

select * from final
