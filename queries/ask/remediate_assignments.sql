-- Grain:   one row per account and course to be assigned
-- Answers: which assignments in the LMS would bring the open gaps to their learners ($sites: a list; NULL is everything)?
-- Not for: gaps whose training is assigned already, or that nothing can be assigned for (remediate_left_over)
-- A gap is brought to its learner by an assignment when its cause is never_assigned, assignment_removed or
-- expired_unassigned. The account is the person's active one that was opened last; the course one whose credit holds
-- at as_of for the gap's site: without a site of its own before one with, listed as active before the rest, then by ID.
with run as (
    select run_id, as_of from run_parameters
),

wanted as (
    select
        gaps.gap_id,
        gaps.worker_id,
        gaps.person_id,
        gaps.requirement_id,
        gaps.site,
        coalesce(gaps.site, gaps.role_site) as gap_site,
        gaps.cause
    from gaps
    where
        gaps.closed_at is null
        and gaps.cause in ('never_assigned', 'assignment_removed', 'expired_unassigned')
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), coalesce(gaps.site, gaps.role_site))
        )
),

active_accounts as (
    select
        account_links.person_id,
        account_links.account_id
    from account_periods
    cross join run
    inner join account_links on account_links.account_key = account_periods.account_key
    where
        account_periods.valid_from <= run.as_of
        and account_periods.valid_to > run.as_of
    qualify
        row_number() over (
            partition by account_links.person_id
            order by account_periods.valid_from desc, account_links.account_id
        ) = 1
),

listed_courses as (
    select
        course_id,
        bool_or(coalesce(is_active, true)) as is_active
    from staged_lms_courses
    group by course_id
),

credits as (
    select
        requirement_keys.requirement_id,
        course_keys.course_id,
        credit_windows.is_site_specific,
        site_keys.site,
        case when listed_courses.is_active then 0 when listed_courses.course_id is null then 1 else 2 end as listing
    from credit_windows
    cross join run
    inner join requirement_keys on requirement_keys.requirement_key = credit_windows.requirement_key
    inner join course_keys on course_keys.course_key = credit_windows.course_key
    left join site_keys on site_keys.site_key = credit_windows.site_key
    left join listed_courses on listed_courses.course_id = course_keys.course_id
    where
        credit_windows.valid_from <= run.as_of
        and credit_windows.valid_to > run.as_of
),

matched as (
    select
        wanted.*,
        active_accounts.account_id,
        credits.course_id
    from wanted
    inner join active_accounts on active_accounts.person_id = wanted.person_id
    inner join credits
        on
            credits.requirement_id = wanted.requirement_id
            and (credits.site is null or credits.site = coalesce(wanted.site, wanted.gap_site))
    qualify
        row_number() over (
            partition by wanted.gap_id
            order by case when credits.site is null then 0 else 1 end, credits.listing, credits.course_id
        ) = 1
),

final as (
    select
        substr(md5(concat_ws('|', 'assign', matched.account_id, matched.course_id, min(run.run_id))), 1, 16) as remedy_id,
        matched.account_id,
        matched.course_id,
        min(matched.worker_id) as worker_id,
        string_agg(matched.gap_id, ';' order by matched.gap_id) as finding_ids,
        string_agg(distinct matched.requirement_id, ';' order by matched.requirement_id) as requirement_ids,
        string_agg(distinct matched.gap_site, ';' order by matched.gap_site) as sites,
        string_agg(distinct matched.cause, ';' order by matched.cause) as causes,
        min(run.run_id) as run_id
    from matched
    cross join run
    group by matched.account_id, matched.course_id
)

select * from final
order by account_id, course_id
