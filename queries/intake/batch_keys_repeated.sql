-- Check:        no more than 5 % of a load's rows have the key of another row of it
-- Feed:         each
-- Severity:     blocking
-- Rows checked: batch_rows
-- Do:           see whether the export was written twice, or joined to something; of rows with one key only the last holds
with

count_rows as (
    select
        count(*) as rows_of_batch,
        count(*) filter (where key is not null) - count(distinct key) as repeated_in_rows,
    from batch_keys
),

count_rejects as (
    select count(*) as repeated_in_rejects
    from batch_rejects
    where starts_with(reason, 'duplicate key ')
),

final as (
    select
        batch_facts.feed,
        count_rows.repeated_in_rows + count_rejects.repeated_in_rejects as rows_repeated,
        batch_facts.rows_read,
    from batch_facts
    cross join count_rows
    cross join count_rejects
    where
        (count_rows.repeated_in_rows + count_rejects.repeated_in_rejects) * 20
        > count_rows.rows_of_batch + count_rejects.repeated_in_rejects
)

select * from final
