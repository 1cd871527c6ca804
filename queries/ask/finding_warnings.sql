-- Grain:   one row per failed check on whose offending rows a finding rests
-- Answers: with which warnings must the finding $finding_id of the kind $finding be read ('gap', 'event', 'account', 'obligation')?
-- Not for: failed checks that no finding rests on (page_checks); $finding_id NULL: all of that kind, $finding NULL: all kinds
select
    finding,
    finding_id,
    check_id,
    feed,
    severity,
    finding_id is null as is_general,
    rows_failed,
    words,
    what_to_do
from finding_warnings
where
    (cast($finding as varchar) is null or finding = $finding)
    and (cast($finding_id as varchar) is null or finding_id is null or finding_id = $finding_id)
order by
    case severity when 'blocking' then 0 when 'critical' then 1 else 2 end,
    finding_id is null,
    finding,
    finding_id,
    check_id,
    feed
