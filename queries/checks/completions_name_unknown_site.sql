-- Check:        every site of a completion is in the sites feed
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: staged_lms_completions
-- Touches:      completion_site by site
-- Do:           map the site's name to its code; until then these completions satisfy no site-specific requirement
select
    staged_lms_completions.site,
    count(*) as completions,
from staged_lms_completions
anti join staged_sites on staged_lms_completions.site = staged_sites.site
where staged_lms_completions.site is not null
group by staged_lms_completions.site
