-- Check:        the segments of one worker, requirement and site follow each other without overlapping
-- Feed:         models
-- Severity:     blocking
-- Rows checked: compliance_timeline
-- Do:           nothing is published; report it with the rows in check_failures
with

neighbours as (
    select
        worker_id,
        requirement_id,
        site,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by worker_id, requirement_id, site
            order by valid_from, valid_to nulls last
        ) as next_from,
    from compliance_timeline
),

final as (
    select
        worker_id,
        requirement_id,
        site,
        valid_from,
        valid_to,
        next_from,
    from neighbours
    where next_from is not null and (valid_to is null or valid_to > next_from)
)

select * from final
