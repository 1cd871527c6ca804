-- Grain:   as renewals_due
-- Seen by: site_manager, auditor
-- What names no site is the viewer's while the worker is at a site of the viewer's.
select *
from published.renewals_due
where
    (select sees_all_sites from viewer)
    or site in (select site from viewer_sites)
    or (
        site is null
        and worker_id in (
            select worker_id
            from own_stays
            where ends_at > (select as_of from published.run_parameters)
        )
    )
