-- Grain:   one row per requirement and site that somebody is subject to at as_of, and one per requirement for all sites
-- Key:     requirement_id, is_all_sites, site
-- Answers: how many people are subject to a requirement at as_of, and how many of them have a gap?
-- Not for: adding up sites (somebody may work at several)
select
    requirement_id,
    grouping(site) = 1 as is_all_sites,
    site,
    count(distinct worker_key) as people,
    count(distinct worker_key) filter (where state = 'gap') as people_with_gap,
from required_now
group by grouping sets ((requirement_id), (requirement_id, site))
