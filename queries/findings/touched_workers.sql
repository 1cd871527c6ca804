-- Grain:   one row per failed check, thing its offending rows are about, worker and requirement concerned (NULL: any)
-- Key:     check_id, feed, subject, subject_id, account_id, worker_key, requirement_id
-- Answers: whose findings rest on rows that a check found wrong?
-- Not for: sites, jobs and requirements as such (see finding_warnings); checks that speak about a whole feed
with

subjects as (
    select check_subjects.*
    from check_subjects
    inner join failed_checks
        on check_subjects.check_id = failed_checks.check_id
        and check_subjects.feed = failed_checks.feed
    where not failed_checks.is_general
),

courses as (
    select account_id, course_id
    from staged_lms_completions
    union all
    select account_id, course_id
    from staged_lms_assignments
),

accounts as (
    select check_id, feed, subject, subject_id, subject_id as account_id, requirement_id, course_id, rows_failed
    from subjects
    where subject = 'account'
    union all
    select
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        courses.account_id,
        subjects.requirement_id,
        cast(null as varchar) as course_id,
        count(*) as rows_failed,
    from subjects
    inner join courses on subjects.subject_id = courses.course_id
    where subjects.subject = 'course'
    group by
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        courses.account_id,
        subjects.requirement_id
    union all
    select
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        staged_lms_completions.account_id,
        subjects.requirement_id,
        staged_lms_completions.course_id,
        count(*) as rows_failed,
    from subjects
    inner join staged_lms_completions on subjects.subject_id = staged_lms_completions.site
    where subjects.subject = 'completion_site'
    group by
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        staged_lms_completions.account_id,
        subjects.requirement_id,
        staged_lms_completions.course_id
),

touched_links as (
    select account_links.account_id, account_links.status, account_links.person_key
    from account_links
    semi join accounts on account_links.account_id = accounts.account_id
),

ambiguous_accounts as (
    select staged_lms_accounts.account_id, lower(staged_lms_accounts.email) as email, staged_lms_accounts.username
    from staged_lms_accounts
    inner join touched_links on staged_lms_accounts.account_id = touched_links.account_id
    where touched_links.status = 'ambiguous'
),

-- An ambiguous account serves nobody: it concerns everybody it could belong to.
holders as (
    select touched_links.account_id, worker_keys.worker_key
    from touched_links
    inner join worker_keys on touched_links.person_key = worker_keys.person_key
    union
    select ambiguous_accounts.account_id, worker_keys.worker_key
    from ambiguous_accounts
    inner join worker_keys on ambiguous_accounts.email = worker_keys.email
    union
    select ambiguous_accounts.account_id, worker_keys.worker_key
    from ambiguous_accounts
    inner join worker_keys on ambiguous_accounts.username = worker_keys.username
),

workers as (
    select
        accounts.check_id,
        accounts.feed,
        accounts.subject,
        accounts.subject_id,
        accounts.account_id,
        holders.worker_key,
        accounts.requirement_id,
        accounts.course_id,
        accounts.rows_failed,
    from accounts
    left join holders on accounts.account_id = holders.account_id
    union all
    select
        subjects.check_id,
        subjects.feed,
        subjects.subject,
        subjects.subject_id,
        cast(null as varchar) as account_id,
        worker_keys.worker_key,
        subjects.requirement_id,
        subjects.course_id,
        subjects.rows_failed,
    from subjects
    inner join worker_keys on subjects.subject_id = worker_keys.worker_id
    where subjects.subject = 'worker'
),

course_requirements as (
    select distinct course_id, requirement_id
    from policy_course_credits
),

-- What concerns one course concerns the requirements that it is credited for, and no others.
final as (
    select
        workers.check_id,
        workers.feed,
        workers.subject,
        workers.subject_id,
        workers.account_id,
        workers.worker_key,
        coalesce(workers.requirement_id, course_requirements.requirement_id) as requirement_id,
        sum(workers.rows_failed) as rows_failed,
    from workers
    left join course_requirements on workers.course_id = course_requirements.course_id
    where workers.course_id is null or course_requirements.course_id is not null
    group by
        workers.check_id,
        workers.feed,
        workers.subject,
        workers.subject_id,
        workers.account_id,
        workers.worker_key,
        coalesce(workers.requirement_id, course_requirements.requirement_id)
)

select * from final
