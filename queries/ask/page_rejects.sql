-- Grain:   one row per load, column and reason for which rows were rejected
-- Answers: which rows could not be used, and why?
-- Not for: the raw rows, which may hold personal data (rejects)
select
    loads.source,
    loads.feed,
    loads.loaded_at,
    rejects.column_name,
    rejects.reason,
    count(*) as rows_rejected,
    min(rejects.row_number) as first_row,
    rejects.load_id
from rejects
inner join loads on loads.load_id = rejects.load_id
group by loads.source, loads.feed, loads.loaded_at, rejects.column_name, rejects.reason, rejects.load_id
order by loads.loaded_at desc, rows_rejected desc, loads.source, rejects.column_name, rejects.reason
limit 500
