-- Grain:   one row
-- Answers: how many gaps, unsynced events and stale accounts are open at as_of?
-- Not for: shares (see compliance)
select
    count(*) filter (where gaps.closed_at is null) as open_gaps,
    count(distinct case when gaps.closed_at is null then gaps.person_id end) as people_with_gap,
    (select count(*) from unsynced_events) as unsynced_events,
    (select count(*) from stale_accounts where kind = 'stale' and is_open) as open_stale_accounts,
    (select count(*) from stale_accounts where kind = 'orphan') as orphans,
    (select requirements from evaluability where site is null) as requirements,
    (select requirements_not_evaluable from evaluability where site is null) as requirements_not_evaluable,
    (select says from (select string_agg(says, '; ' order by source) as says from stopped_sources) as stops) as stopped,
from gaps
