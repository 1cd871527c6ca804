-- Check:        no more than half of a load's rows are rejected
-- Feed:         each
-- Severity:     blocking
-- Rows checked: batch_rows, batch_rejects
-- Do:           see gapwatch rejects: a format or a code has changed; correct the export or the mapping
with

reasons as (
    select
        column_name,
        reason,
        count(*) as rows_rejected,
    from batch_rejects
    group by column_name, reason
),

final as (
    select
        reasons.column_name,
        batch_facts.feed,
        reasons.reason,
        reasons.rows_rejected,
        batch_facts.rows_read,
    from reasons
    cross join batch_facts
    where batch_facts.rows_rejected * 2 > batch_facts.rows_read
)

select * from final
