-- Grain:   one row per requirement and site that somebody is subject to at as_of
-- Key:     requirement_id, site
-- Answers: how many people are subject to a requirement at a site at as_of?
-- Not for: adding up sites (somebody may work at several)
select
    requirement_id,
    site,
    count(distinct person_key) as people,
from required_now
group by requirement_id, site
