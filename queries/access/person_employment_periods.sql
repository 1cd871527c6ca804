-- Grain:   as person_employment_periods
-- Seen by: site_manager, auditor
select *
from published.person_employment_periods
where
    person_key in (select person_key from own_workers)
    and valid_from < (select ends_at from viewer)
    and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
