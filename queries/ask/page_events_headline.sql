-- Grain:   one row
-- Answers: how many HR events did the LMS answer late or not at all, and how many had it a week earlier?
-- Not for: the events themselves (page_events)
-- A week earlier an event was unsynced when one of its late or missing answers had been due by then.
with run as (
    select
        as_of,
        as_of - interval '7' day as week_start
    from run_parameters
),

scoped as (
    select *
    from scoped_events
    where
        (cast($site as varchar) is null or event_site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
),

final as (
    select
        count(*) filter (where scoped.effective_at <= run.as_of) as events,
        count(*) filter (where scoped.is_answerable) as events_with_answers_due,
        count(scoped.unsynced_at) as unsynced,
        count(*) filter (where scoped.unsynced_at <= run.week_start) as unsynced_before,
        count(*) filter (where scoped.answers_missing > 0) as unanswered,
        coalesce(cast(sum(scoped.answers_due) as bigint), 0) as answers_due,
        coalesce(cast(sum(scoped.answers_not_evaluable) as bigint), 0) as answers_not_evaluable,
        max(evaluability.answers_because) as answers_because
    from scoped
    cross join run
    left join evaluability on evaluability.site is null
)

select * from final
