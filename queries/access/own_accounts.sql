-- Grain:   one row per LMS account of a worker of the viewer's, and those of nobody for a viewer of all sites
-- Seen by: site_manager, auditor
-- Kept as a table. Accounts serve the person, under whichever worker_id.
with persons as (
    select
        person_key,
        max(until) as until
    from own_workers
    group by person_key
),

final as (
    select
        account_links.account_id,
        account_links.account_key,
        coalesce(persons.until, timestamp 'infinity') as until
    from published.account_links
    left join persons on persons.person_key = account_links.person_key
    where
        persons.person_key is not null
        or (account_links.person_key is null and (select sees_all_sites from viewer))
)

select * from final
