-- Check:        rows read are rows accepted plus rows rejected, and each rejected row is kept
-- Feed:         each
-- Severity:     blocking
-- Rows checked: loads
-- Do:           nothing is published; rows were lost on the way in: load the file again and report it
with

kept_rejects as (
    select
        load_id,
        count(*) as rows_kept,
    from rejects
    group by load_id
),

final as (
    select
        loads.load_id,
        loads.feed,
        loads.rows_read,
        loads.rows_accepted,
        loads.rows_rejected,
        coalesce(kept_rejects.rows_kept, 0) as rejects_kept,
    from loads
    left join kept_rejects on loads.load_id = kept_rejects.load_id
    where
        loads.rows_read is distinct from loads.rows_accepted + loads.rows_rejected
        or loads.rows_rejected <> coalesce(kept_rejects.rows_kept, 0)
)

select * from final
