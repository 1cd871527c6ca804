-- Check:        every worker of a roster is in the next one until HR says that the employment ended
-- Feed:         role_history
-- Severity:     warning
-- Rows checked: staged_absences
-- Touches:      worker by worker_id
-- Do:           ask HR whether the worker left, was filtered out or the file was cut; absence ends nobody: the last state holds
with

final as (
    select
        source,
        worker_id,
        assignment_key,
        finding,
        last_seen_at,
        absent_since,
    from staged_absences
    where present_again_at is null and not is_ended
)

select * from final
