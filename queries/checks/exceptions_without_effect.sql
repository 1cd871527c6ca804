-- Check:        every exception is complete, approved by somebody else, and about a known worker
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_exceptions
-- Touches:      worker by worker_id and requirement_id
-- Do:           correct the row in exceptions and have someone else approve it; it has no effect as it stands
with

workers as (
    select
        worker_id,
        lower(trim(email)) as email,
        lower(trim(username)) as username,
    from staged_workers
),

known_workers as (
    select worker_id from staged_workers
    union
    select worker_id from staged_role_history
),

judged_exceptions as (
    select
        exceptions.exception_id,
        exceptions.worker_id,
        exceptions.requirement_id,
        exceptions.row_number,
        case
            when exceptions.problem is not null then exceptions.problem
            when
                exceptions.worker_id is null
                or exceptions.requirement_id is null
                or exceptions.kind is null
                or exceptions.kind not in ('waive', 'add')
                or exceptions.starts_on is null
                or exceptions.ends_on is null
                or exceptions.reason is null
                or exceptions.approved_by is null
                or exceptions.approved_at is null
                then 'incomplete'
            when exceptions.ends_on < exceptions.starts_on then 'ends before it starts'
            when known_workers.worker_id is null then 'unknown worker'
            when lower(trim(exceptions.approved_by)) = lower(trim(exceptions.requested_by))
                then 'approved by its requester'
            when
                lower(trim(exceptions.approved_by)) in (
                    lower(exceptions.worker_id), workers.email, workers.username
                )
                then 'approved by the worker'
        end as why,
    from policy_exceptions as exceptions
    left join workers on exceptions.worker_id = workers.worker_id
    left join known_workers on exceptions.worker_id = known_workers.worker_id
),

final as (
    select
        exception_id,
        why,
        worker_id,
        requirement_id,
        row_number,
    from judged_exceptions
    where why is not null
)

select * from final
