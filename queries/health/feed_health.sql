-- Grain:   one row per configured source
-- Key:     source
-- Answers: how fresh is a source at as_of, what did its newest load bring, and what is held back?
-- Not for: single loads (see loads); freshness against the clock (a page compares newest_loaded_at with now)
with

newest_deliveries as (
    select
        source,
        min(batch_rank) as batch_rank,
    from known_loads
    where not coalesce(is_retake, false)
    group by source
),

newest_batches as (
    select
        known_loads.source,
        max(known_loads.loaded_at) as newest_loaded_at,
        count(*) as files,
        cast(sum(landed.rows_read) as bigint) as rows_read,
        cast(sum(landed.rows_accepted) as bigint) as rows_accepted,
        cast(sum(landed.rows_rejected) as bigint) as rows_rejected,
        max(len(landed.drift)) as drifted_columns,
        min(landed.effective_min) as effective_min,
        max(landed.effective_max) as effective_max,
    from known_loads
    inner join newest_deliveries
        on known_loads.source = newest_deliveries.source
        and known_loads.batch_rank = newest_deliveries.batch_rank
    inner join loads as landed on known_loads.content_load_id = landed.load_id
    group by known_loads.source
),

unknown_columns as (
    select distinct
        known_loads.source,
        unnest(landed.drift) as column_name,
    from known_loads
    inner join newest_deliveries
        on known_loads.source = newest_deliveries.source
        and known_loads.batch_rank = newest_deliveries.batch_rank
    inner join loads as landed on known_loads.content_load_id = landed.load_id
),

name_unknown_columns as (
    select source, string_agg(column_name, '; ' order by column_name) as unknown_columns
    from unknown_columns
    group by source
),

name_changed_columns as (
    select
        source,
        string_agg(case when change = 'new' then column_name end, '; ' order by column_name) as new_columns,
        string_agg(case when change = 'gone' then column_name end, '; ' order by column_name) as gone_columns,
    from schema_drift
    where is_newest
    group by source
),

-- A delivery is unusual when it has less than half of the smallest, or more than twice the largest, of the ten before.
earlier_deliveries as (
    select
        known_loads.source,
        known_loads.batch_rank,
        sum(landed.rows_accepted) as rows_accepted,
        row_number() over (
            partition by known_loads.source
            order by known_loads.batch_rank
        ) as place,
    from known_loads
    inner join newest_deliveries
        on known_loads.source = newest_deliveries.source
        and known_loads.batch_rank > newest_deliveries.batch_rank
    inner join loads as landed on known_loads.content_load_id = landed.load_id
    where not coalesce(known_loads.is_retake, false)
    group by known_loads.source, known_loads.batch_rank
),

usual_volumes as (
    select
        source,
        count(*) as deliveries,
        min(rows_accepted) * 0.5 as usual_rows_from,
        max(rows_accepted) * 2.0 as usual_rows_to,
    from earlier_deliveries
    where place <= 10
    group by source
),

count_loads as (
    select
        loads.source,
        count(*) filter (where loads.status <> 'held') as loads,
        count(*) filter (where loads.status = 'held') as held_loads,
        max(case when loads.status = 'held' then loads.loaded_at end) as newest_held_at,
    from loads
    where loads.loaded_at <= (select known_at from run_parameters)
    group by loads.source
),

weigh_age as (
    select
        sources.source,
        sources.feed,
        sources.mode,
        sources.covers_from,
        sources.expect_every_hours,
        sources.owner,
        coalesce(count_loads.loads, 0) as loads,
        coalesce(count_loads.held_loads, 0) as held_loads,
        count_loads.newest_held_at,
        newest_batches.newest_loaded_at,
        greatest((epoch_us((select as_of from run_parameters)) - epoch_us(newest_batches.newest_loaded_at)) / 3600000000.0, 0.0)
            as age_hours,
        newest_batches.files,
        newest_batches.rows_read,
        newest_batches.rows_accepted,
        newest_batches.rows_rejected,
        newest_batches.drifted_columns,
        name_unknown_columns.unknown_columns,
        name_changed_columns.new_columns,
        name_changed_columns.gone_columns,
        newest_batches.effective_min,
        newest_batches.effective_max,
        case when usual_volumes.deliveries >= 3 then usual_volumes.usual_rows_from end as usual_rows_from,
        case when usual_volumes.deliveries >= 3 then usual_volumes.usual_rows_to end as usual_rows_to,
    from sources
    left join count_loads on sources.source = count_loads.source
    left join newest_batches on sources.source = newest_batches.source
    left join usual_volumes on sources.source = usual_volumes.source
    left join name_unknown_columns on sources.source = name_unknown_columns.source
    left join name_changed_columns on sources.source = name_changed_columns.source
),

final as (
    select
        source,
        feed,
        mode,
        case
            when newest_loaded_at is null then 'never_loaded'
            when newest_held_at > newest_loaded_at then 'held'
            when age_hours > 2 * expect_every_hours then 'overdue'
            when age_hours > expect_every_hours then 'late'
            else 'fresh'
        end as status,
        newest_loaded_at,
        age_hours,
        expect_every_hours,
        covers_from,
        loads,
        held_loads,
        files,
        rows_read,
        rows_accepted,
        rows_rejected,
        drifted_columns,
        effective_min,
        effective_max,
        owner,
        100.0 * rows_rejected / nullif(rows_read, 0) as rejected_pct,
        usual_rows_from,
        usual_rows_to,
        case
            when rows_accepted < usual_rows_from then 'low'
            when rows_accepted > usual_rows_to then 'high'
            when usual_rows_from is not null then 'usual'
        end as volume,
        unknown_columns,
        new_columns,
        gone_columns,
    from weigh_age
)

select * from final
