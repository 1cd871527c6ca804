-- Grain:   one row per source that is late, overdue, held back or was never loaded
-- Key:     source
-- Answers: which sources can't be relied on at as_of, from when on is what they would say not known, and why?
-- Not for: sources without a promised interval (they are never late); how much rests on them (see evaluability)
select
    source,
    feed,
    status,
    newest_loaded_at as known_until,
    case status
        when 'never_loaded' then format('{} has never delivered', source)
        when 'held' then format('{} has a newer load held back; its data are of {}', source, strftime(newest_loaded_at, '%Y-%m-%d %H:%M UTC'))
        else format('{} is {:.0f} h old, promised every {:g} h', source, age_hours, expect_every_hours)
    end as says,
from feed_health
where status <> 'fresh'
