-- Grain:   one row per load that the run may know of
-- Key:     load_id
-- Answers: which loads had arrived by known_at and were let in, and which batch of a source is the newest?
-- Not for: row counts of the ledger (held and later loads are missing here; see loads)
with

select_known_loads as (
    select
        loads.load_id,
        loads.content_load_id,
        loads.source,
        loads.feed,
        loads.address,
        loads.loaded_at,
        loads.sequence,
        coalesce(loads.timezone, (select organisation_timezone from run_parameters)) as source_timezone,
        sources.mode,
    from loads
    inner join sources
        on loads.source = sources.source
        and loads.feed = sources.feed
    where
        loads.loaded_at <= (select known_at from run_parameters)
        and loads.status <> 'held'
),

final as (
    select
        *,
        min(loaded_at) over (partition by source) as first_loaded_at,
        rank() over (partition by source order by loaded_at desc, sequence desc) as batch_rank,
    from select_known_loads
)

select * from final
