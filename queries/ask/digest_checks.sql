-- Grain:   one row per check of severity critical or blocking that failed or could not run, all its feeds together
-- Answers: which findings in the data make the report itself doubtful?
-- Not for: the whole catalogue of checks (check_results); late and held loads, which digest_sources tells in full
with final as (
    select
        check_id,
        status,
        string_agg(distinct feed, ', ' order by feed) as feeds,
        cast(sum(rows_checked) as bigint) as rows_checked,
        cast(sum(rows_failed) as bigint) as rows_failed
    from check_results
    where
        severity in ('critical', 'blocking')
        and status <> 'pass'
        and check_id not in ('loads_overdue', 'loads_held')
    group by check_id, status
)

select * from final
order by check_id, status
