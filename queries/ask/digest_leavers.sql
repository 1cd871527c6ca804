-- Grain:   one row per account of a leaver that is still active at as_of, the ten (or $most) that were used or stood open most
-- Answers: who left and can still log in to the LMS ($sites: a list; NULL is everything)?
-- Not for: accounts of nobody (digest_orphans)
-- A leaver belongs to the site of the last role the person held.
select
    account_id,
    worker_id,
    full_name,
    job_title as role,
    site,
    ended_at,
    ended_by,
    days_active,
    logins_after,
    open_assignments,
    is_within_sla,
    count(*) over () as of_all,
    count(*) filter (where not is_within_sla) over () as beyond_promise,
    count(*) filter (where logins_after > 0) over () as used_after
from scoped_accounts
where
    kind = 'stale'
    and is_open
    and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), site))
order by is_within_sla, logins_after desc, days_active desc, account_id
limit coalesce(cast($most as bigint), 10)
