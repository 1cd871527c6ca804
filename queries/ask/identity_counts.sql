-- Grain:   one row
-- Answers: how many accounts are linked, ambiguous, unlinked or orphans, for how many is somebody offered, by what?
-- Not for: single accounts (identity_accounts)
with orphans as (
    select distinct account_id
    from stale_accounts
    where kind = 'orphan'
)

select
    count(*) filter (where account_links.status = 'linked') as linked,
    count(*) filter (where account_links.status = 'ambiguous') as ambiguous,
    count(*) filter (where account_links.status = 'unlinked' and orphans.account_id is null) as unlinked,
    count(orphans.account_id) as orphans,
    (select count(distinct account_id) from account_candidates where is_offered) as offered,
    (select max(matcher) from identity_matching) as matcher,
    (select max(offer_from) from identity_matching) as offer_from
from account_links
left join orphans on account_links.account_id = orphans.account_id
