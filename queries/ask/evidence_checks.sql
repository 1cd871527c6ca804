-- Grain:   one row per check of the run
-- Answers: which checks ran on the data, over how many rows, and what failed?
-- Not for: the failing rows themselves
with

final as (
    select
        check_results.check_id,
        check_results.feed,
        check_results.severity,
        check_results.status,
        check_results.rows_checked,
        check_results.rows_failed,
        check_results.detail,
    from check_results
    order by check_results.check_id, check_results.feed
)

select * from final
