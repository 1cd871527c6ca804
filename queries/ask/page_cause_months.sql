-- Grain:   one row per month (of the organisation's calendar) and cause
-- Answers: how many days did people stand in a gap, by cause and the cause's owner, per month of the last twelve?
-- Not for: single gaps (page_gaps)
select
    month,
    cause,
    owner,
    sum(gap_days) as gap_days
from gap_months
where
    (cast($site as varchar) is null or gap_site = $site)
    and (cast($department as varchar) is null or department = $department)
    and (cast($authority as varchar) is null or authority = $authority)
    and (cast($owner as varchar) is null or owner = $owner)
    and (cast($severity as varchar) is null or severity = $severity)
    and (cast($employment_type as varchar) is null or employment_type = $employment_type)
group by month, cause, owner
order by month, owner, cause
