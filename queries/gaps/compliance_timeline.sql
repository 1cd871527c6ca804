-- Grain:   one row per worker, requirement and site per stretch of one state and cause
-- Key:     worker_id, requirement_id, site, valid_from
-- Answers: did a worker hold valid training for a requirement at a given instant, and if not, why?
-- Not for: time after as_of
-- Form:    view of timeline_segments
select
    worker_keys.worker_id,
    requirement_keys.requirement_id,
    site_keys.site,
    timeline_segments.valid_from,
    nullif(timeline_segments.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
    timeline_segments.state,
    timeline_segments.cause,
    gap_causes.owner,
    timeline_segments.period_key,
    timeline_segments.worker_key,
    timeline_segments.person_key,
from timeline_segments
inner join worker_keys on timeline_segments.worker_key = worker_keys.worker_key
inner join requirement_keys on timeline_segments.requirement_key = requirement_keys.requirement_key
left join site_keys on timeline_segments.site_key = site_keys.site_key
left join gap_causes on timeline_segments.cause = gap_causes.cause
