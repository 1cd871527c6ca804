-- Grain:   one row per site, and one with site NULL for the organisation
-- Answers: what completion rate does the LMS show, and what is true?
-- Not for: scopes other than a site
select
    inflation.site,
    coalesce(staged_sites.name, inflation.site) as site_name,
    inflation.lms_assigned,
    inflation.lms_completed,
    inflation.lms_pct,
    inflation.true_pct,
    inflation.inflation_pct,
    inflation.lms_pct_without_stale,
    compliance.trained,
    compliance.trained + compliance.gap as required,
    evaluability.requirements_not_evaluable as not_evaluable,
    evaluability.requirements_not_evaluable_pct as not_evaluable_pct,
    evaluability.lms_because
from inflation
left join compliance on compliance.site is not distinct from inflation.site
left join evaluability on evaluability.site is not distinct from inflation.site
left join staged_sites on staged_sites.site = inflation.site
where cast($site as varchar) is null or inflation.site = $site
order by inflation.site is not null, inflation.inflation_pct desc nulls last, inflation.site
