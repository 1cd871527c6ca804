-- Grain:   one row per HR event with at least one late or missing answer
-- Key:     event_id
-- Answers: which HR events did the LMS not answer in time?
-- Not for: events the LMS feed cannot speak about (their answers are not_evaluable)
with

late_answers as (
    select
        event_responses.*,
        (epoch_us(coalesce(event_responses.responded_at, (select as_of from run_parameters))) - epoch_us(event_responses.due_at))
            / 3600000000.0 as hours_overdue,
    from event_responses
    where event_responses.verdict in ('late', 'missing')
),

final as (
    select
        event_id,
        worker_id,
        event_type,
        effective_at,
        count(*) filter (where verdict = 'missing') as actions_missing,
        count(*) filter (where verdict = 'late') as actions_late,
        max(hours_overdue) as hours_overdue,
    from late_answers
    group by event_id, worker_id, event_type, effective_at
)

select * from final
