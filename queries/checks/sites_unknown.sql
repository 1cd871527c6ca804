-- Check:        every site of a role is in the sites feed, which gives its time zone
-- Feed:         sites
-- Severity:     critical
-- Rows checked: role_states
-- Touches:      site by site
-- Do:           add the site to the sites feed; until then its dates start in a guessed time zone
select
    role_states.site,
    count(distinct role_states.worker_id) as workers,
    min(role_states.valid_from) as first_used_at,
from role_states
anti join staged_sites on role_states.site = staged_sites.site
where role_states.site is not null
group by role_states.site
