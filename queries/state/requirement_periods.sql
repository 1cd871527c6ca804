-- Grain:   one row per worker, requirement and site for an unbroken time it was required
-- Key:     worker_id, requirement_id, site, valid_from
-- Answers: what was required of whom, when, and by which rules?
-- Not for: whether it was met (see compliance_timeline)
-- Form:    view of required_intervals
select
    worker_keys.worker_id,
    requirement_keys.requirement_id,
    site_keys.site,
    required_intervals.valid_from,
    nullif(required_intervals.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
    coalesce(reasons.reason, period_rules.rule_ids) as rule_ids,
    required_intervals.period_key,
    required_intervals.worker_key,
from required_intervals
inner join worker_keys on required_intervals.worker_key = worker_keys.worker_key
inner join requirement_keys on required_intervals.requirement_key = requirement_keys.requirement_key
left join site_keys on required_intervals.site_key = site_keys.site_key
left join reasons on required_intervals.reason_key = reasons.reason_key
left join period_rules on required_intervals.period_key = period_rules.period_key
