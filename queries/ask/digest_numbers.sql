-- Grain:   one row per instant: as_of, 7 and 28 days before it (days_before 0, 7, 28)
-- Answers: how do the three numbers of the digest stand against last week and four weeks ago ($sites: a list; NULL is
--          everything)?
-- Not for: what was known then; all three instants are told with today's knowledge
-- Requirements are worker-requirements that were trained or a gap. Answers are the LMS actions that HR changes called
-- for and that fell due in the 28 days up to the instant; an answer is on time when early or on_time.
with moments as (
    select
        offsets.days_before,
        run_parameters.as_of - offsets.days_before * interval '1' day as instant
    from run_parameters
    cross join (values (0), (7), (28)) as offsets (days_before)
),

people as (
    select
        worker_id,
        min(person_id) as person_id
    from staged_workers
    group by worker_id
),

open_gaps as (
    select
        moments.days_before,
        gaps.person_id
    from gaps
    inner join moments
        on
            gaps.opened_at <= moments.instant
            and (gaps.closed_at is null or gaps.closed_at > moments.instant)
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), coalesce(gaps.site, gaps.role_site))
),

roles_in_scope as (
    select distinct
        moments.days_before,
        role_states.worker_id
    from role_states
    inner join moments
        on
            role_states.valid_from <= moments.instant
            and (role_states.valid_to is null or role_states.valid_to > moments.instant)
    where
        role_states.status in ('active', 'leave', 'suspended')
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), role_states.site))
),

trained as (
    select
        moments.days_before,
        coalesce(people.person_id, compliance_timeline.worker_id) as person_id
    from compliance_timeline
    inner join moments
        on
            compliance_timeline.valid_from <= moments.instant
            and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > moments.instant)
    left join people on people.worker_id = compliance_timeline.worker_id
    left join roles_in_scope
        on
            roles_in_scope.days_before = moments.days_before
            and roles_in_scope.worker_id = compliance_timeline.worker_id
    where
        compliance_timeline.state = 'trained'
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
            or (compliance_timeline.site is null and roles_in_scope.worker_id is not null)
        )
),

judged as (
    select
        days_before,
        person_id,
        true as is_gap
    from open_gaps
    union all
    select
        days_before,
        person_id,
        false as is_gap
    from trained
),

counted as (
    select
        days_before,
        count(*) filter (where is_gap) as open_gaps,
        count(*) as requirements,
        count(distinct person_id) filter (where is_gap) as people_with_gap,
        count(distinct person_id) as people
    from judged
    group by days_before
),

answers as (
    select
        moments.days_before,
        count(*) as answers_due,
        count(*) filter (where event_responses.verdict in ('early', 'on_time')) as answered_on_time
    from event_responses
    inner join hr_events on hr_events.event_id = event_responses.event_id
    inner join moments
        on
            event_responses.due_at <= moments.instant
            and event_responses.due_at > moments.instant - interval '28' day
    where
        event_responses.verdict in ('early', 'on_time', 'late', 'missing')
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), coalesce(hr_events.site, hr_events.previous_site))
        )
    group by moments.days_before
),

final as (
    select
        moments.days_before,
        coalesce(counted.open_gaps, 0) as open_gaps,
        coalesce(counted.requirements, 0) as requirements,
        coalesce(counted.people_with_gap, 0) as people_with_gap,
        coalesce(counted.people, 0) as people,
        coalesce(answers.answered_on_time, 0) as answered_on_time,
        coalesce(answers.answers_due, 0) as answers_due
    from moments
    left join counted on counted.days_before = moments.days_before
    left join answers on answers.days_before = moments.days_before
)

select * from final
order by days_before
