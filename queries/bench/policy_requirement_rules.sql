-- Grain:   one row per requirement rule of the generated company
-- Key:     rule_id
-- Answers: eight requirements a training profile, shared by neighbours, and two for everybody; one in twelve since 2019
-- Not for: anything but measuring
with

rules as (
    select
        profile * 8 + slot as number,
        'R' || (100 + profile * 2 + slot) as requirement_id,
        'profile_' || profile as training_profile,
    from range(15) as profiles (profile)
    cross join range(8) as slots (slot)
    union all
    select
        120 + slot as number,
        'R' || (138 + slot) as requirement_id,
        null as training_profile,
    from range(2) as slots (slot)
)

select
    'RULE-' || (100 + number) as rule_id,
    requirement_id,
    training_profile,
    case when number % 12 = 5 then date '2019-01-01' end as effective_from,
    'generated' as file_name,
    number + 2 as row_number,
from rules
