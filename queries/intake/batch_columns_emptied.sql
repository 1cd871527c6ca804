-- Check:        a column that was filled in at least half of the rows in force is not empty in all rows of a new load
-- Feed:         each
-- Severity:     blocking
-- Rows checked: batch_rows
-- Do:           see whether the export lost a column or renamed it, and correct the export or the mapping
select
    column_name,
    feed,
    rows_in_force,
    filled_in_force,
    rows_of_batch,
from batch_columns
where
    rows_in_force >= 100
    and filled_in_force * 2 >= rows_in_force
    and filled_of_batch = 0
