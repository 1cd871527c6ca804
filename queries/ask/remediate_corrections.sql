-- Grain:   one row per thing that HR's data say wrong and check that found it
-- Answers: what should HR correct, so that the findings that rest on it can be trusted ($sites: a list; NULL is everything)?
-- Not for: what is wrong in the LMS or in the policy (check_results, check_failures)
-- A worker belongs to the sites of the roles held at as_of, or of the last one; finding_id is check|subject|subject_id.
with run as (
    select run_id, as_of from run_parameters
),

last_roles as (
    select
        role_states.worker_id,
        role_states.site
    from role_states
    cross join run
    where role_states.valid_from <= run.as_of
    qualify
        rank() over (
            partition by role_states.worker_id
            order by coalesce(role_states.valid_to > run.as_of, true) desc, role_states.valid_from desc
        ) = 1
),

said_wrong as (
    select
        check_subjects.check_id,
        check_subjects.feed,
        check_subjects.subject,
        check_subjects.subject_id,
        cast(sum(check_subjects.rows_failed) as bigint) as rows_failed
    from check_subjects
    where
        check_subjects.feed in ('workers', 'role_history', 'sites', 'jobs')
        and check_subjects.subject in ('worker', 'site', 'job')
    group by check_subjects.check_id, check_subjects.feed, check_subjects.subject, check_subjects.subject_id
),

severities as (
    select
        check_id,
        feed,
        min(severity) as severity
    from check_results
    group by check_id, feed
),

final as (
    select
        substr(md5(concat_ws('|', 'correct', said_wrong.check_id, said_wrong.subject, said_wrong.subject_id, run.run_id)), 1, 16)
            as remedy_id,
        concat_ws('|', said_wrong.check_id, said_wrong.subject, said_wrong.subject_id) as finding_id,
        said_wrong.feed,
        said_wrong.subject,
        said_wrong.subject_id,
        said_wrong.check_id,
        severities.severity,
        said_wrong.rows_failed,
        check_texts.must_hold,
        check_texts.what_to_do,
        run.run_id
    from said_wrong
    cross join run
    left join check_texts on check_texts.check_id = said_wrong.check_id
    left join severities
        on
            severities.check_id = said_wrong.check_id
            and severities.feed = said_wrong.feed
    where
        cast($sites as varchar[]) is null
        or (said_wrong.subject = 'site' and list_contains(cast($sites as varchar[]), said_wrong.subject_id))
        or (
            said_wrong.subject = 'worker'
            and said_wrong.subject_id in (
                select last_roles.worker_id
                from last_roles
                where list_contains(cast($sites as varchar[]), last_roles.site)
            )
        )
)

select * from final
order by case severity when 'blocking' then 0 when 'critical' then 1 else 2 end, check_id, subject, subject_id
