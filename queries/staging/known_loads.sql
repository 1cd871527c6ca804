-- Grain:   one row per load that the run may know of
-- Key:     load_id
-- Answers: which loads had arrived by known_at and were let in, which batch of a source is the newest, which still count?
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
        -- whole files of a system that loses what was true count as additions (loads keeps the mode they came in)
        case when loads.vanished = 'keep' then 'delta' else loads.mode end as mode,
        loads.carries,
        coalesce(list_contains(loads.missing_optional, 'effective_from'), false) as is_undated,
        loads.termination_dates,
        concat(loads.sha256, ' ', loads.mapping_sha256) as content,
        -- rows of an earlier load that were corrected: the source itself delivered nothing
        loads.retakes is not null as is_retake,
        -- what they say the source had said by then, in the way of that load
        coalesce(deliveries.loaded_at, loads.loaded_at) as delivered_at,
        coalesce(deliveries.mode, loads.mode) = 'full' and loads.vanished is distinct from 'keep' as is_history_stated,
    from loads
    left join loads as deliveries on loads.delivered_load_id = deliveries.load_id
    inner join sources
        on loads.source = sources.source
        and loads.feed = sources.feed
    where
        loads.loaded_at <= (select known_at from run_parameters)
        and loads.status <> 'held'
),

rank_batches as (
    select
        *,
        min(loaded_at) over (partition by source) as first_loaded_at,
        rank() over (partition by source order by loaded_at desc, sequence desc) as batch_rank,
        row_number() over (order by loaded_at, sequence, load_id) as load_order,
    from select_known_loads
),

find_loads_in_force as (
    select
        *,
        -- each full load begins anew what loads after it add to
        min(case when mode = 'full' then batch_rank end) over (
            partition by source
            order by batch_rank
            range between current row and unbounded following
        ) as beginning_rank,
        -- a full load replaces what was loaded before it
        batch_rank <= coalesce(min(case when mode = 'full' then batch_rank end) over (partition by source), batch_rank)
            as is_in_force,
    from rank_batches
),

find_repeated_loads as (
    select
        *,
        lag(content) over (partition by source, is_in_force, address order by load_order) as previous_content,
    from find_loads_in_force
),

final as (
    select
        load_id,
        content_load_id,
        source,
        feed,
        address,
        loaded_at,
        first_loaded_at,
        sequence,
        load_order,
        batch_rank,
        source_timezone,
        termination_dates,
        mode,
        carries,
        is_undated,
        is_retake,
        delivered_at,
        is_history_stated,
        beginning_rank,
        is_in_force,
        -- where loads add to each other, a file that came again unchanged says nothing a second time
        coalesce(mode not in ('delta', 'event') or content <> previous_content, true) as is_applied,
    from find_repeated_loads
)

select * from final
