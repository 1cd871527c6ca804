-- Check:        the states of one worker's assignment follow each other without overlapping
-- Feed:         models
-- Severity:     blocking
-- Rows checked: role_states
-- Do:           nothing is published; report it with the rows in check_failures
with

neighbours as (
    select
        worker_id,
        assignment_key,
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by worker_id, assignment_key
            order by valid_from, valid_to nulls last
        ) as next_from,
    from role_states
),

final as (
    select
        worker_id,
        assignment_key,
        valid_from,
        valid_to,
        next_from,
    from neighbours
    where next_from is not null and (valid_to is null or valid_to > next_from)
)

select * from final
