-- Grain:   as policy_exceptions
-- Seen by: site_manager, auditor
select *
from published.policy_exceptions
where
    worker_id in (select worker_id from own_workers)
    and coalesce(starts_on, date '-infinity') < (select ends_at from viewer)
    and coalesce(ends_on, date 'infinity') >= (select starts_at from viewer)
