-- Grain:   one row per source and landed load whose rows are in force
-- Key:     source, load_id
-- Answers: which landed rows does the run read, in which order do they count, and must they be joined to each other?
-- Not for: the history of what a source said (see known_loads)
with

-- Whole files and rosters count from their newest load, additions from their first.
rank_contents as (
    select
        *,
        min(coalesce(delivered_at, loaded_at)) over (partition by source, content_load_id) as content_loaded_at,
        row_number() over (
            partition by source, content_load_id
            order by load_order desc
        ) as content_rank,
    from known_loads
    where is_in_force and is_applied
),

order_loads as (
    select
        *,
        bool_or(mode <> 'full') over (partition by source) as is_source_merged,
        bool_or(carries = 'changes') over (partition by source) as is_source_folded,
        bool_or(carries = 'changes') over (partition by feed) as is_feed_folded,
    from rank_contents
    where content_rank = 1
),

final as (
    select
        source,
        feed,
        content_load_id as load_id,
        mode,
        carries,
        loaded_at,
        content_loaded_at,
        is_history_stated,
        load_order,
        source_timezone,
        termination_dates,
        -- loads add to each other
        is_source_merged as is_merged,
        -- rows state only what changed, so earlier ones are needed too; roles carry on over all sources of the feed
        case when feed = 'role_history' then is_feed_folded else is_source_folded end as is_folded,
    from order_loads
)

select * from final
