-- Grain:   one row per configured source
-- Answers: how old is each source's newest load against what was promised, and what did it bring?
-- Not for: single loads (page_loads)
-- With $now (UTC) a source's age counts to that instant, for readers of the newest report; without, to the report's own.
with measured as (
    select
        feed_health.*,
        case
            when cast($now as timestamp) is null then feed_health.age_hours
            else date_diff('second', feed_health.newest_loaded_at, cast($now as timestamp)) / 3600.0
        end as age_now_hours
    from feed_health
),

final as (
    select
        source,
        feed,
        mode,
        case
            when status in ('never_loaded', 'held') then status
            when age_now_hours > 2 * expect_every_hours then 'overdue'
            when age_now_hours > expect_every_hours then 'late'
            else 'fresh'
        end as status,
        newest_loaded_at,
        age_now_hours as age_hours,
        expect_every_hours,
        loads,
        held_loads,
        rows_read,
        rows_accepted,
        rows_rejected,
        drifted_columns,
        effective_max
    from measured
)

select * from final
order by
    case status when 'never_loaded' then 0 when 'held' then 1 when 'overdue' then 2 when 'late' then 3 else 4 end,
    age_hours desc nulls first,
    source
