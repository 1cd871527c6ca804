-- Grain:   one row per requirement
-- Key:     requirement_key
-- Answers: which number stands for a requirement, and how is it met?
-- Not for: who is subject to it (see requirement_periods)
-- severity_weight times days open is what a gap weighs wherever the weightiest come first.
select
    cast(row_number() over (order by requirement_id) as integer) as requirement_key,
    requirement_id,
    title,
    citation,
    authority,
    severity,
    case severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end as severity_weight,
    validity_months,
    coalesce(grace_days, 0) as grace_days,
    coalesce(is_site_specific, false) as is_site_specific,
    retrain_on,
from policy_requirements
