-- Grain:   one row per criterion and mark of the scorecard
-- Answers: how good is the integration by each measure, on which number or whose word, and where are the rows?
-- Not for: single sites and methods
select
    place,
    kind,
    criterion,
    title,
    status as rating,
    basis,
    number,
    reason,
    attested_by,
    attested_on,
    rows_sql,
    shown_rows
from scorecard
order by place
