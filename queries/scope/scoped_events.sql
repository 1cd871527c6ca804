-- Grain:   one row per HR event
-- Key:     event_id
-- Answers: how many answers each HR event called for and got in time, with all that a reader may narrow it by
-- Not for: single answers (scoped_answers)
-- An event belongs to the site after it, of an end to the site before it, and to its role's department.
with

count_answers as (
    select
        event_key,
        count(*) filter (where verdict <> 'pending') as answers_due,
        count(*) filter (where verdict = 'not_evaluable') as answers_not_evaluable,
        count(*) filter (where verdict = 'missing') as answers_missing,
        min(due_at) filter (where verdict in ('late', 'missing')) as unsynced_at,
    from scoped_answers
    group by event_key
),

final as (
    select
        hr_events.event_id,
        hr_events.effective_at,
        coalesce(hr_events.site, hr_events.previous_site) as event_site,
        role_intervals.department,
        role_intervals.employment_type,
        count_answers.event_key is not null as is_answerable,
        count_answers.answers_due,
        count_answers.answers_not_evaluable,
        count_answers.answers_missing,
        count_answers.unsynced_at,
    from hr_events
    inner join role_intervals on hr_events.event_key // 20 = role_intervals.role_key
    left join count_answers on hr_events.event_key = count_answers.event_key
)

select * from final
