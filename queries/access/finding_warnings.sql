-- Grain:   as finding_warnings
-- Seen by: site_manager, auditor
select finding_warnings.* replace (
    case when viewer.sees_all_sites then finding_warnings.rows_failed end as rows_failed,
    case when viewer.sees_all_sites or finding_warnings.finding_id is not null then finding_warnings.words end as words
)
from published.finding_warnings
cross join viewer
where
    viewer.sees_all_sites
    or finding_warnings.finding_id is null
    or (finding_warnings.finding = 'event' and finding_warnings.finding_id in (select event_id from own_events))
    or (finding_warnings.finding = 'account' and finding_warnings.finding_id in (select account_id from own_accounts))
    or (
        finding_warnings.finding = 'obligation'
        and split_part(finding_warnings.finding_id, '/', 1) in (select worker_id from own_workers)
    )
    or (
        finding_warnings.finding = 'gap'
        and finding_warnings.finding_id in (
            select gap_id
            from published.gaps
            where coalesce(site, role_site) in (select site from viewer_sites)
        )
    )
