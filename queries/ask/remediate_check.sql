-- Grain:   one row per remedy and finding of the list $remedies
-- Answers: which of the remedies written before were carried out by as_of (done), which were not (still_open), and which
--          have nothing to act on any more (superseded)?
-- Not for: findings that came since: write remedies anew
-- $remedies: JSON list of remedy_id, kind (assign, deactivate, correct), finding_id, account_id, course_id, as_of.
-- An assignment is done when the person was given that course after the remedy's as_of, or training for the gap is
-- assigned now; the gap may be open until the learner completes it. An account is done when it is closed and was not
-- taken over; a correction when its check ran and no longer finds the thing.
with run as (
    select as_of from run_parameters
),

remedies as (
    select
        given.remedy_id,
        given.kind,
        given.finding_id,
        given.account_id,
        given.course_id,
        cast(given.as_of as timestamp) as written_at
    from (
        select
            unnest(
                from_json(
                    cast($remedies as json),
                    '[{"remedy_id":"varchar","kind":"varchar","finding_id":"varchar","account_id":"varchar","course_id":"varchar","as_of":"varchar"}]'
                )
            ) as given
    ) as listed
),

persons as (
    select
        account_id,
        min(person_id) as person_id
    from account_links
    where person_id is not null
    group by account_id
),

assigned_since as (
    select
        remedies.remedy_id,
        remedies.finding_id,
        min(staged_lms_assignments.assigned_at) as assigned_at
    from remedies
    cross join run
    inner join persons on persons.account_id = remedies.account_id
    inner join persons as accounts_of_person on accounts_of_person.person_id = persons.person_id
    inner join staged_lms_assignments
        on
            staged_lms_assignments.account_id = accounts_of_person.account_id
            and staged_lms_assignments.course_id = remedies.course_id
            and staged_lms_assignments.assigned_at > remedies.written_at
            and staged_lms_assignments.assigned_at <= run.as_of
    where remedies.kind = 'assign'
    group by remedies.remedy_id, remedies.finding_id
),

assignments as (
    select
        remedies.remedy_id,
        remedies.kind,
        remedies.finding_id,
        case
            when assigned_since.assigned_at is not null then 'done'
            when gaps.gap_id is null then 'superseded'
            when gaps.closed_at is not null then 'superseded'
            when gaps.cause in ('expired', 'not_completed') then 'done'
            else 'still_open'
        end as status,
        case
            when assigned_since.assigned_at is not null and gaps.gap_id is null
                then concat('assigned ', strftime(assigned_since.assigned_at, '%Y-%m-%d'), ', the gap is told otherwise now')
            when assigned_since.assigned_at is not null and gaps.closed_at is null
                then concat('assigned ', strftime(assigned_since.assigned_at, '%Y-%m-%d'), ', the gap is open until it is completed')
            when assigned_since.assigned_at is not null
                then concat('assigned ', strftime(assigned_since.assigned_at, '%Y-%m-%d'), ', the gap is closed by ', gaps.closed_by)
            when gaps.gap_id is null then 'the gap is told otherwise now'
            when gaps.closed_at is not null then concat('closed by ', gaps.closed_by, ' without this assignment')
            when gaps.cause in ('expired', 'not_completed') then 'other training for it is assigned'
            else concat('not assigned; cause ', gaps.cause)
        end as detail
    from remedies
    left join assigned_since
        on
            assigned_since.remedy_id = remedies.remedy_id
            and assigned_since.finding_id = remedies.finding_id
    left join gaps on gaps.gap_id = remedies.finding_id
    where remedies.kind = 'assign'
),

active_now as (
    select distinct account_links.account_id
    from account_periods
    cross join run
    inner join account_links on account_links.account_key = account_periods.account_key
    where
        account_periods.valid_from <= run.as_of
        and account_periods.valid_to > run.as_of
),

open_accounts as (
    select
        account_id,
        max(case when kind = 'stale' and is_open then 1 else 0 end) as is_stale,
        max(case when kind = 'orphan' then 1 else 0 end) as is_orphan
    from stale_accounts
    group by account_id
),

listed_accounts as (
    select distinct account_id from staged_lms_accounts
),

deactivations as (
    select
        remedies.remedy_id,
        remedies.kind,
        remedies.finding_id,
        case
            when open_accounts.is_stale = 1 then 'still_open'
            when open_accounts.is_orphan = 1 then 'superseded'
            when active_now.account_id is not null then 'superseded'
            when listed_accounts.account_id is null then 'superseded'
            else 'done'
        end as status,
        case
            when open_accounts.is_stale = 1 then 'the account is still active'
            when open_accounts.is_orphan = 1 then 'the account belongs to nobody HR knows now'
            when active_now.account_id is not null then 'its owner is employed again, or the account is somebody else''s now'
            when listed_accounts.account_id is null then 'the LMS no longer lists the account'
            else 'the account is deactivated'
        end as detail
    from remedies
    left join open_accounts on open_accounts.account_id = remedies.account_id
    left join active_now on active_now.account_id = remedies.account_id
    left join listed_accounts on listed_accounts.account_id = remedies.account_id
    where remedies.kind = 'deactivate'
),

found_again as (
    select distinct concat_ws('|', check_id, subject, subject_id) as finding_id
    from check_subjects
),

checks_run as (
    select
        check_id,
        max(case when status = 'error' then 1 else 0 end) as has_error
    from check_results
    group by check_id
),

corrections as (
    select
        remedies.remedy_id,
        remedies.kind,
        remedies.finding_id,
        case
            when found_again.finding_id is not null then 'still_open'
            when checks_run.check_id is null then 'superseded'
            when checks_run.has_error = 1 then 'still_open'
            else 'done'
        end as status,
        case
            when found_again.finding_id is not null then 'the check still finds it'
            when checks_run.check_id is null then 'there is no such check any more'
            when checks_run.has_error = 1 then 'the check could not run'
            else 'the check no longer finds it'
        end as detail
    from remedies
    left join found_again on found_again.finding_id = remedies.finding_id
    left join checks_run on checks_run.check_id = split_part(remedies.finding_id, '|', 1)
    where remedies.kind = 'correct'
),

final as (
    select * from assignments
    union all
    select * from deactivations
    union all
    select * from corrections
)

select * from final
order by case status when 'still_open' then 0 when 'done' then 1 else 2 end, kind, remedy_id, finding_id
