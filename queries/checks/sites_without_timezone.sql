-- Check:        every site has a time zone that exists
-- Feed:         sites
-- Severity:     critical
-- Rows checked: staged_sites
-- Touches:      site by site
-- Do:           give the site a time zone such as America/Chicago; until then its dates start in a guessed one
select
    staged_sites.site,
    staged_sites.timezone,
from staged_sites
anti join time_zones on staged_sites.timezone = time_zones.timezone
