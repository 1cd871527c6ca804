-- Grain:   one row per check of severity critical that failed or could not run
-- Answers: which findings in the data make the report itself doubtful?
-- Not for: the whole catalogue of checks (check_results)
with final as (
    select
        check_id,
        feed,
        status,
        rows_checked,
        rows_failed
    from check_results
    where
        severity = 'critical'
        and status <> 'pass'
)

select * from final
order by check_id, feed
