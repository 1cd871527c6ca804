-- Grain:   one row per configured source
-- Answers: how old is each source's newest load against what was promised, and what did it bring?
-- Not for: single loads (page_loads)
select
    source,
    feed,
    mode,
    status,
    newest_loaded_at,
    age_hours,
    expect_every_hours,
    loads,
    held_loads,
    rows_read,
    rows_accepted,
    rows_rejected,
    drifted_columns,
    effective_max,
    owner as source_owner,
    volume,
    usual_rows_from,
    usual_rows_to,
    rejected_pct
from feed_health
order by
    case status when 'never_loaded' then 0 when 'held' then 1 when 'overdue' then 2 when 'late' then 3 else 4 end,
    age_hours desc nulls first,
    source
