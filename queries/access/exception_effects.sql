-- Grain:   as exception_effects
-- Seen by: site_manager, auditor
select *
from published.exception_effects
where
    worker_id in (select worker_id from own_workers)
    and starts_on < (select ends_at from viewer)
    and ends_on + interval '1' day > (select starts_at from viewer)
