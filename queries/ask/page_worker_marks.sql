-- Grain:   one row per HR event of the worker, assignment or completion of one of the person's accounts, to as_of
-- Answers: what did HR and the LMS do for this worker, when, and in which source row does it stand?
-- Not for: verdicts on the answers (page_events)
-- An assignment or completion stands once per requirement and site that its course credits; requirement_id is NULL for
-- none, site is NULL for any.
with accounts as (
    select account_links.account_key
    from account_links
    inner join worker_keys on worker_keys.person_key = account_links.person_key
    where worker_keys.worker_id = $worker and account_links.worker_id is not null
),

credits as (
    select distinct
        course_id,
        requirement_id,
        site
    from policy_course_credits
),

events as (
    select
        'event' as kind,
        hr_events.event_type as what,
        hr_events.effective_at as at_instant,
        null as requirement_id,
        null as site,
        hr_events.event_id as reference,
        null as course_id,
        null as result,
        hr_events.recorded_at,
        null as load_id,
        null as row_number
    from hr_events
    where hr_events.worker_id = $worker
),

own_assignments as (
    select
        staged_lms_assignments.*,
        credits.requirement_id,
        credits.site
    from staged_lms_assignments
    inner join accounts on accounts.account_key = staged_lms_assignments.account_key
    left join credits on credits.course_id = staged_lms_assignments.course_id
),

assignments as (
    select
        'assignment' as kind,
        coalesce(own_assignments.origin, 'unknown origin') as what,
        own_assignments.assigned_at as at_instant,
        own_assignments.requirement_id,
        own_assignments.site,
        own_assignments.assignment_id as reference,
        own_assignments.course_id,
        case when own_assignments.removed_at is null then null else 'removed later' end as result,
        null as recorded_at,
        own_assignments.load_id,
        own_assignments.row_number
    from own_assignments
    cross join run_parameters
    where own_assignments.assigned_at <= run_parameters.as_of
),

removals as (
    select
        'removal' as kind,
        'assignment removed' as what,
        own_assignments.removed_at as at_instant,
        own_assignments.requirement_id,
        own_assignments.site,
        own_assignments.assignment_id as reference,
        own_assignments.course_id,
        null as result,
        null as recorded_at,
        own_assignments.load_id,
        own_assignments.row_number
    from own_assignments
    cross join run_parameters
    where own_assignments.removed_at <= run_parameters.as_of
),

completions as (
    select
        'completion' as kind,
        staged_lms_completions.result as what,
        staged_lms_completions.completed_at as at_instant,
        credits.requirement_id,
        coalesce(credits.site, staged_lms_completions.site) as site,
        staged_lms_completions.completion_id as reference,
        staged_lms_completions.course_id,
        staged_lms_completions.result,
        staged_lms_completions.recorded_at,
        staged_lms_completions.load_id,
        staged_lms_completions.row_number
    from staged_lms_completions
    inner join accounts on accounts.account_key = staged_lms_completions.account_key
    cross join run_parameters
    left join credits on credits.course_id = staged_lms_completions.course_id
    where staged_lms_completions.completed_at <= run_parameters.as_of
),

final as (
    select * from events
    union all
    select * from assignments
    union all
    select * from removals
    union all
    select * from completions
)

select * from final
order by at_instant, kind, reference, requirement_id
