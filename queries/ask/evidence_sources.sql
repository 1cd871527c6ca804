-- Grain:   one row per load of one file, held and unchanged ones too
-- Answers: from which files does everything here come, how many rows were read, accepted and rejected?
-- Not for: what a row said (see the tables of each feed)
with

final as (
    select
        loads.source,
        loads.feed,
        loads.mode,
        loads.address,
        loads.loaded_at,
        loads.status,
        loads.reason,
        loads.rows_read,
        loads.rows_accepted,
        loads.rows_rejected,
        loads.effective_min,
        loads.effective_max,
        loads.timezone,
        loads.bytes,
        loads.sha256,
        loads.load_id,
    from loads
    order by loads.feed, loads.source, loads.loaded_at, loads.load_id
)

select * from final
