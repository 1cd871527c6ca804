-- Grain:   one row per training record, load and column in which it differs from the load before
-- Answers: which completions were altered, back-dated or vanished, which assignments silently removed?
-- Not for: sources that send additions alone
select
    observed_at,
    source,
    feed,
    change as record_change,
    record_id,
    nullif(column_name, '') as changed_column,
    old_value,
    new_value,
    previous_load_id,
    load_id,
    count(*) over () as total_rows
from record_changes
order by
    case change when 'back_dated' then 0 when 'vanished' then 1 when 'removed' then 2 else 3 end,
    observed_at desc,
    source,
    record_id,
    column_name
limit $row_limit
