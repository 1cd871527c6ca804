-- Grain:   one row per requirement, site and stretch of one state and cause of one worker
-- Key:     requirement_id, site, valid_from
-- Answers: the compliance timeline of one worker, from the inner table
-- Not for: anything but measuring
select
    requirement_keys.requirement_id,
    site_keys.site,
    timeline_segments.valid_from,
    nullif(timeline_segments.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
    timeline_segments.state,
    timeline_segments.cause,
from timeline_segments
inner join requirement_keys on timeline_segments.requirement_key = requirement_keys.requirement_key
left join site_keys on timeline_segments.site_key = site_keys.site_key
where timeline_segments.worker_key = $worker
order by requirement_keys.requirement_id, site_keys.site, timeline_segments.valid_from
