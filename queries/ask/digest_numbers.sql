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

run as (
    select
        max(instant) filter (where days_before = 0) as as_of,
        max(instant) filter (where days_before = 7) as week_ago,
        max(instant) filter (where days_before = 28) as month_ago
    from moments
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

open_gaps as (
    select
        scoped_gaps.person_key,
        scoped_gaps.opened_at as valid_from,
        coalesce(scoped_gaps.closed_at, timestamp 'infinity') as valid_to
    from scoped_gaps
    where
        (scoped_gaps.closed_at is null or scoped_gaps.closed_at > (select month_ago from run))
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), scoped_gaps.gap_site))
),

trained as (
    select
        compliance_timeline.person_key,
        compliance_timeline.worker_key,
        -- whoever has it of no site counts where they worked at each instant
        compliance_timeline.site is null and cast($sites as varchar[]) is not null as goes_by_role,
        compliance_timeline.valid_from,
        coalesce(compliance_timeline.valid_to, timestamp 'infinity') as valid_to
    from compliance_timeline
    where
        compliance_timeline.state = 'trained'
        and (compliance_timeline.valid_to is null or compliance_timeline.valid_to > (select month_ago from run))
        and (
            cast($sites as varchar[]) is null
            or compliance_timeline.site is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
        )
),

workers_in_scope as (
    select
        worker_key,
        bool_or(days_before = 0) as is_now,
        bool_or(days_before = 7) as was_week_ago,
        bool_or(days_before = 28) as was_month_ago
    from roles_in_scope
    group by worker_key
),

-- one row a requirement, and in it the three instants: three rows would be three times the work
judged as (
    select
        open_gaps.person_key,
        true as is_gap,
        open_gaps.valid_from <= run.as_of and open_gaps.valid_to > run.as_of as is_now,
        open_gaps.valid_from <= run.week_ago and open_gaps.valid_to > run.week_ago as was_week_ago,
        open_gaps.valid_from <= run.month_ago and open_gaps.valid_to > run.month_ago as was_month_ago
    from open_gaps
    cross join run
    union all
    select
        trained.person_key,
        false as is_gap,
        trained.valid_from <= run.as_of
        and trained.valid_to > run.as_of
        and (not trained.goes_by_role or coalesce(workers_in_scope.is_now, false)) as is_now,
        trained.valid_from <= run.week_ago
        and trained.valid_to > run.week_ago
        and (not trained.goes_by_role or coalesce(workers_in_scope.was_week_ago, false)) as was_week_ago,
        trained.valid_from <= run.month_ago
        and trained.valid_to > run.month_ago
        and (not trained.goes_by_role or coalesce(workers_in_scope.was_month_ago, false)) as was_month_ago
    from trained
    cross join run
    left join workers_in_scope on workers_in_scope.worker_key = trained.worker_key
),

by_person as (
    select
        person_key,
        count(*) filter (where is_gap and is_now) as gaps_now,
        count(*) filter (where is_gap and was_week_ago) as gaps_week_ago,
        count(*) filter (where is_gap and was_month_ago) as gaps_month_ago,
        count(*) filter (where is_now) as requirements_now,
        count(*) filter (where was_week_ago) as requirements_week_ago,
        count(*) filter (where was_month_ago) as requirements_month_ago
    from judged
    group by person_key
),

person_moments as (
    select 0 as days_before, gaps_now as open_gaps, requirements_now as requirements from by_person
    union all
    select 7 as days_before, gaps_week_ago as open_gaps, requirements_week_ago as requirements from by_person
    union all
    select 28 as days_before, gaps_month_ago as open_gaps, requirements_month_ago as requirements from by_person
),

counted as (
    select
        days_before,
        cast(sum(open_gaps) as bigint) as open_gaps,
        cast(sum(requirements) as bigint) as requirements,
        count(*) filter (where open_gaps > 0) as people_with_gap,
        count(*) filter (where requirements > 0) as people
    from person_moments
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
