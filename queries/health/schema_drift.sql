-- Grain:   one row per delivery of a source and column that is new or gone against the delivery before
-- Key:     source, load_id, column_name
-- Answers: which columns did a source begin or cease to deliver, when, and does its mapping use them?
-- Not for: columns that no mapping ever knew and that have always come (see drift in loads)
with

-- The files of one source in one command are one delivery; one without a row may not say its columns.
deliveries as (
    select
        known_loads.source,
        known_loads.feed,
        known_loads.batch_rank,
        known_loads.load_id,
        known_loads.loaded_at,
        landed.schema,
        landed.drift,
    from known_loads
    inner join loads as landed on known_loads.content_load_id = landed.load_id
    where not coalesce(known_loads.is_retake, false) and len(landed.schema) > 0
),

number_deliveries as (
    select
        source,
        batch_rank,
        any_value(feed) as feed,
        min(load_id) as load_id,
        min(loaded_at) as loaded_at,
        row_number() over (partition by source order by batch_rank desc) as delivery_number,
        row_number() over (partition by source order by batch_rank) = 1 as is_newest,
    from deliveries
    group by source, batch_rank
),

columns as (
    select distinct source, batch_rank, unnest(schema) as column_name
    from deliveries
),

unknown_columns as (
    select distinct source, unnest(drift) as column_name
    from deliveries
),

delivered_columns as (
    select columns.source, number_deliveries.delivery_number, columns.column_name
    from columns
    inner join number_deliveries
        on columns.source = number_deliveries.source
        and columns.batch_rank = number_deliveries.batch_rank
),

pairs as (
    select
        delivered_columns.source,
        delivered_columns.column_name,
        delivered_columns.delivery_number,
        'new' as change,
    from delivered_columns
    where delivered_columns.delivery_number > 1
    union all
    select
        delivered_columns.source,
        delivered_columns.column_name,
        delivered_columns.delivery_number + 1 as delivery_number,
        'gone' as change,
    from delivered_columns
),

-- A column in both of two neighbours has a row of either kind, and changed in neither way.
changed_columns as (
    select source, column_name, delivery_number, min(change) as change
    from pairs
    group by source, column_name, delivery_number
    having count(*) = 1
),

final as (
    select
        changed_columns.source,
        number_deliveries.feed,
        number_deliveries.load_id,
        befores.load_id as previous_load_id,
        number_deliveries.loaded_at as observed_at,
        changed_columns.column_name,
        changed_columns.change,
        unknown_columns.column_name is null as is_used,
        number_deliveries.is_newest,
    from changed_columns
    inner join number_deliveries
        on changed_columns.source = number_deliveries.source
        and changed_columns.delivery_number = number_deliveries.delivery_number
    inner join number_deliveries as befores
        on changed_columns.source = befores.source
        and changed_columns.delivery_number = befores.delivery_number + 1
    left join unknown_columns
        on changed_columns.source = unknown_columns.source
        and changed_columns.column_name = unknown_columns.column_name
)

select * from final
