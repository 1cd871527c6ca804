-- Check:        every site-specific requirement falls on a role with a site
-- Feed:         role_history
-- Severity:     critical
-- Rows checked: requirement_periods
-- Touches:      worker by worker_id and requirement_id
-- Do:           enter the site of the role in HR; until then nothing can satisfy the requirement
select
    periods.worker_id,
    periods.requirement_id,
    periods.valid_from,
    periods.valid_to,
    periods.rule_ids,
from requirement_periods as periods
inner join policy_requirements on periods.requirement_id = policy_requirements.requirement_id
where periods.site is null and policy_requirements.is_site_specific
