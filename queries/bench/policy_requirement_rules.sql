-- Grain:   one row per requirement rule of the generated company
-- Answers: eight requirements a training profile and two for everybody
-- Not for: anything but measuring
with

rules as (
    select
        'R' || lpad(cast((profile * 2 + slot) % 38 as varchar), 3, '0') as requirement_id,
        'profile_' || profile as training_profile,
    from range(15) as profiles (profile)
    cross join range(8) as slots (slot)
    union all
    select
        'R' || lpad(cast(38 + slot as varchar), 3, '0') as requirement_id,
        null as training_profile,
    from range(2) as slots (slot)
)

select
    'RULE-' || lpad(cast(row_number() over (order by requirement_id, training_profile) as varchar), 3, '0') as rule_id,
    requirement_id,
    cast(null as varchar) as job_code,
    training_profile,
    cast(null as varchar) as department,
    cast(null as varchar) as site,
    cast(null as varchar) as facility_type,
    cast(null as varchar) as employment_type,
    cast(null as varchar) as task_scope,
    cast(null as date) as effective_from,
    cast(null as date) as effective_to,
    cast(null as varchar) as citation,
    'generated' as file_name,
    row_number() over (order by requirement_id, training_profile) as row_number,
from rules
