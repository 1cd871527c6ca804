-- Grain:   one row per open gap or orphan account for which no line of an import is written
-- Answers: which findings need a person instead of a file, whose turn is it and why ($sites: a list; NULL is everything)?
-- Not for: findings that a file closes (remediate_assignments, remediate_accounts)
-- reason: learner (assigned and open), hr (HR had not recorded the role), no_account (nothing to assign to), no_course (no
-- course credits the requirement for that site now), nobody (an account that HR knows no owner of).
with run as (
    select run_id, as_of from run_parameters
),

open_gaps as (
    select
        gaps.*,
        coalesce(gaps.site, gaps.role_site) as gap_site
    from gaps
    where
        gaps.closed_at is null
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), coalesce(gaps.site, gaps.role_site))
        )
),

people_with_account as (
    select distinct account_links.person_id
    from account_periods
    cross join run
    inner join account_links on account_links.account_key = account_periods.account_key
    where
        account_periods.valid_from <= run.as_of
        and account_periods.valid_to > run.as_of
),

credited as (
    select distinct
        requirement_keys.requirement_id,
        site_keys.site
    from credit_windows
    cross join run
    inner join requirement_keys on requirement_keys.requirement_key = credit_windows.requirement_key
    left join site_keys on site_keys.site_key = credit_windows.site_key
    where
        credit_windows.valid_from <= run.as_of
        and credit_windows.valid_to > run.as_of
),

with_course as (
    select distinct open_gaps.gap_id
    from open_gaps
    inner join credited
        on
            credited.requirement_id = open_gaps.requirement_id
            and (credited.site is null or credited.site = open_gaps.gap_site)
),

judged as (
    select
        'gap' as finding,
        open_gaps.gap_id as finding_id,
        open_gaps.worker_id,
        cast(null as varchar) as account_id,
        open_gaps.requirement_id,
        open_gaps.gap_site as site,
        case
            when open_gaps.cause in ('expired', 'not_completed') then 'learner'
            when open_gaps.cause = 'not_recorded' then 'hr'
            when people_with_account.person_id is null or open_gaps.cause = 'no_account' then 'no_account'
            when with_course.gap_id is null then 'no_course'
        end as reason
    from open_gaps
    left join people_with_account on people_with_account.person_id = open_gaps.person_id
    left join with_course on with_course.gap_id = open_gaps.gap_id
    union all
    select
        'account' as finding,
        stale_accounts.account_id as finding_id,
        cast(null as varchar) as worker_id,
        stale_accounts.account_id,
        cast(null as varchar) as requirement_id,
        cast(null as varchar) as site,
        'nobody' as reason
    from stale_accounts
    where
        stale_accounts.kind = 'orphan'
        and cast($sites as varchar[]) is null
),

final as (
    select
        judged.*,
        run.run_id
    from judged
    cross join run
    where judged.reason is not null
)

select * from final
order by finding desc, reason, finding_id
