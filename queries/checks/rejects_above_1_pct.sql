-- Check:        no more than 1 % of a feed's rows are rejected
-- Feed:         each
-- Severity:     warning
-- Rows checked: loads
-- Do:           list the rejects, correct their source and load it again; what was rejected is not in these numbers
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
    where rejected_pct > 1 and rejected_pct <= 10
)

select * from final
