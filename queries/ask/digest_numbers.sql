-- Grain:   one row per instant: as_of, 7 and 28 days before it (days_before 0, 7, 28)
-- Answers: how do the three numbers of the digest stand against last week and four weeks ago ($sites: a list; NULL is
--          everything)?
-- Not for: what was known then; all three instants are told with today's knowledge
-- Requirements are worker-requirements that were trained or a gap. Answers are the LMS actions that HR changes called
-- for and that fell due in the 28 days up to the instant; an answer is on time when early or on_time. What is not
-- evaluable (the completions do not reach back, or a source that it rests on had stopped) is counted beside.
with moments as (
    select
        offsets.days_before,
        run_parameters.as_of - offsets.days_before * interval '1' day as instant
    from run_parameters
    cross join (values (0), (7), (28)) as offsets (days_before)
),

open_gaps as (
    select
        moments.days_before,
        scoped_gaps.person_key
    from scoped_gaps
    inner join moments
        on
            scoped_gaps.opened_at <= moments.instant
            and (scoped_gaps.closed_at is null or scoped_gaps.closed_at > moments.instant)
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), scoped_gaps.gap_site)
),

roles_in_scope as (
    select distinct
        moments.days_before,
        role_states.worker_key
    from role_states
    inner join moments
        on
            role_states.valid_from <= moments.instant
            and (role_states.valid_to is null or role_states.valid_to > moments.instant)
    where
        role_states.is_employed
        and list_contains(cast($sites as varchar[]), role_states.site)
),

trained as (
    select
        moments.days_before,
        compliance_timeline.person_key
    from compliance_timeline
    inner join moments
        on
            compliance_timeline.valid_from <= moments.instant
            and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > moments.instant)
    left join roles_in_scope
        on
            roles_in_scope.days_before = moments.days_before
            and roles_in_scope.worker_key = compliance_timeline.worker_key
    where
        compliance_timeline.state = 'trained'
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
            or (compliance_timeline.site is null and roles_in_scope.worker_key is not null)
        )
),

segments_not_evaluable as (
    select worker_key, person_key, site, not_evaluable_from as valid_from, valid_to, false as is_before_cover
    from unproven_states
    where state in ('trained', 'gap')
    union all
    select worker_key, person_key, site, valid_from, valid_to, true as is_before_cover
    from compliance_timeline
    where state = 'not_evaluable'
),

not_evaluable as (
    select
        moments.days_before,
        count(*) as requirements_not_evaluable,
        count(*) filter (where segments_not_evaluable.is_before_cover) as requirements_before_cover,
        count(distinct segments_not_evaluable.person_key) as people_not_evaluable
    from segments_not_evaluable
    inner join moments
        on
            segments_not_evaluable.valid_from <= moments.instant
            and (segments_not_evaluable.valid_to is null or segments_not_evaluable.valid_to > moments.instant)
    left join roles_in_scope
        on
            roles_in_scope.days_before = moments.days_before
            and roles_in_scope.worker_key = segments_not_evaluable.worker_key
    where
        cast($sites as varchar[]) is null
        or list_contains(cast($sites as varchar[]), segments_not_evaluable.site)
        or (segments_not_evaluable.site is null and roles_in_scope.worker_key is not null)
    group by moments.days_before
),

judged as (
    select
        days_before,
        person_key,
        true as is_gap
    from open_gaps
    union all
    select
        days_before,
        person_key,
        false as is_gap
    from trained
),

by_person as (
    select
        days_before,
        person_key,
        count(*) filter (where is_gap) as open_gaps,
        count(*) as requirements
    from judged
    group by days_before, person_key
),

counted as (
    select
        days_before,
        cast(sum(open_gaps) as bigint) as open_gaps,
        cast(sum(requirements) as bigint) as requirements,
        count(*) filter (where open_gaps > 0) as people_with_gap,
        count(*) as people
    from by_person
    group by days_before
),

answers as (
    select
        moments.days_before,
        count(*) filter (where scoped_answers.verdict <> 'not_evaluable') as answers_due,
        count(*) filter (where scoped_answers.verdict in ('early', 'on_time')) as answered_on_time,
        count(*) filter (where scoped_answers.verdict = 'not_evaluable') as answers_not_evaluable
    from scoped_answers
    inner join moments
        on
            scoped_answers.due_at <= moments.instant
            and scoped_answers.due_at > moments.instant - interval '28' day
    where
        scoped_answers.verdict in ('early', 'on_time', 'late', 'missing', 'not_evaluable')
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), scoped_answers.event_site))
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
        coalesce(answers.answers_due, 0) as answers_due,
        coalesce(not_evaluable.requirements_not_evaluable, 0) as requirements_not_evaluable,
        coalesce(counted.requirements, 0) + coalesce(not_evaluable.requirements_before_cover, 0) as requirements_checked,
        coalesce(not_evaluable.people_not_evaluable, 0) as people_not_evaluable,
        coalesce(answers.answers_not_evaluable, 0) as answers_not_evaluable,
        coalesce(answers.answers_due, 0) + coalesce(answers.answers_not_evaluable, 0) as answers_checked
    from moments
    left join counted on counted.days_before = moments.days_before
    left join answers on answers.days_before = moments.days_before
    left join not_evaluable on not_evaluable.days_before = moments.days_before
)

select * from final
order by days_before
