-- Grain:   one row per source that is not as it should be
-- Answers: which sources are late, overdue, held back or never loaded?
-- Not for: sources without a promise (they are never late)
select
    source,
    feed,
    status,
    age_hours,
    expect_every_hours
from feed_health
where status <> 'fresh'
order by source
