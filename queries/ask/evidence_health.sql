-- Grain:   one row per source
-- Answers: was each source alive, on time and complete when this was written?
-- Not for: single loads (see the sources)
with

final as (
    select
        feed_health.source,
        feed_health.feed,
        feed_health.mode,
        feed_health.status,
        feed_health.newest_loaded_at,
        feed_health.age_hours,
        feed_health.expect_every_hours,
        feed_health.covers_from,
        feed_health.loads,
        feed_health.held_loads,
        feed_health.files,
        feed_health.rows_read,
        feed_health.rows_accepted,
        feed_health.rows_rejected,
        feed_health.drifted_columns,
        feed_health.effective_min,
        feed_health.effective_max,
    from feed_health
    order by feed_health.feed, feed_health.source
)

select * from final
