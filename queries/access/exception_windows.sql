-- Grain:   as exception_windows
-- Seen by: site_manager, auditor
select *
from published.exception_windows
where
    worker_key in (select worker_key from own_workers)
    and valid_from < (select ends_at from viewer)
    and coalesce(valid_to, timestamp 'infinity') > (select starts_at from viewer)
