-- Grain:   as gaps
-- Key:     gap_id
-- Answers: the gaps with all that a reader may narrow them by, and what they weigh
-- Not for: pieces of a gap by cause (gap_segments)
-- Form:    view of gaps
-- A gap belongs to its own site, else to the site of the role it opened under.
select
    gaps.gap_id,
    gaps.worker_id,
    gaps.requirement_id,
    gaps.site,
    gaps.opened_at,
    gaps.closed_at,
    gaps.closed_by,
    gaps.exposure_days,
    gaps.first_cause,
    gaps.cause,
    gaps.owner,
    gaps.severity,
    gaps.citation,
    gaps.job_code,
    gaps.department,
    gaps.role_site,
    gaps.event_id,
    gaps.employment_type,
    gaps.segment_key,
    gaps.worker_key,
    gaps.person_key,
    coalesce(gaps.site, gaps.role_site) as gap_site,
    requirement_keys.authority,
    requirement_keys.title as requirement,
    gaps.exposure_days * requirement_keys.severity_weight as weight,
from gaps
inner join requirement_keys on gaps.requirement_id = requirement_keys.requirement_id
