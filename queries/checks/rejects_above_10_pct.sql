-- Check:        no more than 10 % of a feed's rows are rejected
-- Feed:         each
-- Severity:     critical
-- Rows checked: loads
-- Do:           correct the mapping or the source and load it again before reading numbers that rest on this feed
with

ratios as (
    select
        feed,
        sum(rows_rejected - rows_left_out) as rows_rejected,
        sum(rows_read - rows_left_out) as rows_read,
        100.0 * sum(rows_rejected - rows_left_out) / nullif(sum(rows_read - rows_left_out), 0) as rejected_pct,
    from loads
    semi join loads_in_force on loads.load_id = loads_in_force.load_id
    group by feed
),

final as (
    select
        feed,
        rows_rejected,
        rows_read,
        rejected_pct,
    from ratios
    where rejected_pct > 10
)

select * from final
