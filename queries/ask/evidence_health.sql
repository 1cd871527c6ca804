-- Grain:   one row per source
-- Answers: was each source alive, on time and complete when this was written?
-- Not for: single loads (see the sources)
with

final as (
    select
        feed_health.source,
        feed_health.feed,
        feed_health.loads,
        feed_health.last_loaded_at,
        feed_health.age_hours,
        feed_health.expect_every_hours,
        feed_health.is_fresh,
        feed_health.rows_read,
        feed_health.rows_accepted,
        feed_health.rows_rejected,
        feed_health.held_loads,
    from feed_health
    order by feed_health.feed, feed_health.source
)

select * from final
