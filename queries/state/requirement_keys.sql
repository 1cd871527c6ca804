-- Grain:   one row per requirement
-- Key:     requirement_key
-- Answers: which number stands for a requirement, and how is it met?
-- Not for: who is subject to it (see requirement_periods)
select
    cast(row_number() over (order by requirement_id) as integer) as requirement_key,
    requirement_id,
    title,
    citation,
    authority,
    severity,
    validity_months,
    coalesce(grace_days, 0) as grace_days,
    coalesce(is_site_specific, false) as is_site_specific,
    retrain_on,
from policy_requirements
