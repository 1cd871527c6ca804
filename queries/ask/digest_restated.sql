-- Grain:   one row per worker, requirement (and site) whose gaps up to the last digest are told differently now, the
--          eight (or $most) with the largest difference in days (of_all counts them all)
-- Answers: which part of the history that the last digest rested on has been rewritten since, and why ($sites: a list;
--          NULL is everything)?
-- Not for: what happened since the last digest (digest_changes); reads two generations, the last digest's as "before"
-- change: added (no gap was known then), removed (there never was one), moved (other dates). causes, all that apply:
-- identity (an account is linked to somebody else), completion_late (training of then was delivered since),
-- completion_altered (a training record of then was changed or is gone), role_late (the role history up to then reads
-- otherwise), waiver (a waiver that covers time before is new, changed or gone), policy (the requirement, its rules,
-- credits or retraining orders were changed), unknown.
with told as (
    select least(last_digest.as_of, run_parameters.as_of) as told_at
    from run_parameters
    cross join before.run_parameters as last_digest
),

then_known as (
    select
        gaps.worker_id,
        gaps.person_id,
        gaps.requirement_id,
        gaps.site,
        coalesce(gaps.site, gaps.role_site) as gap_site,
        gaps.opened_at,
        case when gaps.closed_at <= told.told_at then gaps.closed_at end as closed_at,
        gaps.severity,
        gaps.job_code
    from before.gaps
    cross join told
    where gaps.opened_at <= told.told_at
),

now_known as (
    select
        gaps.worker_id,
        gaps.person_id,
        gaps.requirement_id,
        gaps.site,
        coalesce(gaps.site, gaps.role_site) as gap_site,
        gaps.opened_at,
        case when gaps.closed_at <= told.told_at then gaps.closed_at end as closed_at,
        gaps.severity,
        gaps.job_code
    from gaps
    cross join told
    where gaps.opened_at <= told.told_at
),

both_known as (
    select *, true as is_then from then_known
    union all
    select *, false as is_then from now_known
),

histories as (
    select
        both_known.worker_id,
        both_known.requirement_id,
        both_known.site,
        min(both_known.person_id) as person_id,
        max(both_known.gap_site) filter (where not both_known.is_then) as site_now,
        max(both_known.gap_site) filter (where both_known.is_then) as site_then,
        max(both_known.job_code) as job_code,
        max(both_known.severity) as severity,
        coalesce(
            string_agg(
                concat_ws('/', cast(both_known.opened_at as varchar), coalesce(cast(both_known.closed_at as varchar), 'open')),
                ' ' order by both_known.opened_at
            ) filter (where both_known.is_then),
            ''
        ) as stretches_then,
        coalesce(
            string_agg(
                concat_ws('/', cast(both_known.opened_at as varchar), coalesce(cast(both_known.closed_at as varchar), 'open')),
                ' ' order by both_known.opened_at
            ) filter (where not both_known.is_then),
            ''
        ) as stretches_now,
        coalesce(
            sum(date_diff('second', both_known.opened_at, coalesce(both_known.closed_at, told.told_at)) / 86400.0)
                filter (where both_known.is_then),
            0
        ) as days_then,
        coalesce(
            sum(date_diff('second', both_known.opened_at, coalesce(both_known.closed_at, told.told_at)) / 86400.0)
                filter (where not both_known.is_then),
            0
        ) as days_now,
        coalesce(bool_or(both_known.closed_at is null) filter (where both_known.is_then), false) as was_open,
        coalesce(bool_or(both_known.closed_at is null) filter (where not both_known.is_then), false) as is_open
    from both_known
    cross join told
    group by both_known.worker_id, both_known.requirement_id, both_known.site
),

rewritten as (
    select *
    from histories
    where
        stretches_then <> stretches_now
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), site_now)
            or (site_now is null and list_contains(cast($sites as varchar[]), site_then))
        )
),

links_then as (
    select account_id, person_id, worker_id from before.account_links where worker_id is not null
),

links_now as (
    select account_id, person_id, worker_id from account_links where worker_id is not null
),

relinked as (
    select distinct coalesce(links_then.person_id, links_now.person_id) as person_id
    from links_then
    full join links_now
        on
            links_now.account_id = links_then.account_id
            and links_now.person_id = links_then.person_id
    cross join told
    left join staged_lms_accounts
        on staged_lms_accounts.account_id = coalesce(links_then.account_id, links_now.account_id)
    where
        (links_then.account_id is null or links_now.account_id is null)
        and (staged_lms_accounts.created_at is null or staged_lms_accounts.created_at <= told.told_at)
),

completions_then as (
    select completion_id, account_id, course_id, completed_at, result, expires_at, site
    from before.staged_lms_completions
    cross join told
    where completed_at <= told.told_at
),

completions_now as (
    select completion_id, account_id, course_id, completed_at, result, expires_at, site
    from staged_lms_completions
    cross join told
    where completed_at <= told.told_at
),

completions_differing as (
    select
        coalesce(completions_now.account_id, completions_then.account_id) as account_id,
        coalesce(completions_now.course_id, completions_then.course_id) as course_id,
        case when completions_then.completion_id is null then 'completion_late' else 'completion_altered' end as cause
    from completions_then
    full join completions_now on completions_now.completion_id = completions_then.completion_id
    where
        completions_then.completion_id is null
        or completions_now.completion_id is null
        or completions_now.account_id is distinct from completions_then.account_id
        or completions_now.course_id is distinct from completions_then.course_id
        or completions_now.completed_at is distinct from completions_then.completed_at
        or completions_now.result is distinct from completions_then.result
        or completions_now.expires_at is distinct from completions_then.expires_at
        or completions_now.site is distinct from completions_then.site
),

crediting as (
    select distinct course_id, requirement_id from policy_course_credits
),

trained_otherwise as (
    select distinct
        links_now.person_id,
        crediting.requirement_id,
        completions_differing.cause
    from completions_differing
    inner join links_now on links_now.account_id = completions_differing.account_id
    inner join crediting on crediting.course_id = completions_differing.course_id
),

roles_then as (
    select worker_id, assignment_key, valid_from, status, employment_type, job_code, department, site, task_scope, recorded_at
    from before.role_states
    cross join told
    where valid_from <= told.told_at
),

roles_now as (
    select worker_id, assignment_key, valid_from, status, employment_type, job_code, department, site, task_scope, recorded_at
    from role_states
    cross join told
    where valid_from <= told.told_at
),

employed_otherwise as (
    select distinct worker_id
    from (
        (select * from roles_then except select * from roles_now)
        union all
        (select * from roles_now except select * from roles_then)
    ) as differing
),

waivers_then as (
    select exception_id, worker_id, requirement_id, kind, starts_on, ends_on, approved_at, no_effect_because
    from before.exception_effects
),

waivers_now as (
    select exception_id, worker_id, requirement_id, kind, starts_on, ends_on, approved_at, no_effect_because
    from exception_effects
),

excused_otherwise as (
    select distinct differing.worker_id, differing.requirement_id
    from (
        (select * from waivers_then except select * from waivers_now)
        union all
        (select * from waivers_now except select * from waivers_then)
    ) as differing
    cross join told
    where
        cast(differing.starts_on as timestamp) <= told.told_at
        and (differing.approved_at is null or differing.approved_at <= told.told_at)
),

policy_then as (
    select requirement_id, concat_ws('|', 'requirement', validity_months, grace_days, is_site_specific, retrain_on) as said
    from before.policy_requirements
    union all
    select
        requirement_id,
        concat_ws(
            '|', 'rule', rule_id, coalesce(job_code, '-'), coalesce(training_profile, '-'), coalesce(department, '-'),
            coalesce(site, '-'), coalesce(facility_type, '-'), coalesce(employment_type, '-'), coalesce(task_scope, '-'),
            coalesce(cast(effective_from as varchar), '-'), coalesce(cast(effective_to as varchar), '-')
        )
    from before.policy_requirement_rules
    union all
    select
        requirement_id,
        concat_ws(
            '|', 'credit', course_id, coalesce(site, '-'), coalesce(cast(valid_from as varchar), '-'),
            coalesce(cast(valid_to as varchar), '-')
        )
    from before.policy_course_credits
    union all
    select requirement_id, concat_ws('|', 'order', coalesce(site, '-'), cast(effective_on as varchar))
    from before.policy_retrain_orders
),

policy_now as (
    select requirement_id, concat_ws('|', 'requirement', validity_months, grace_days, is_site_specific, retrain_on) as said
    from policy_requirements
    union all
    select
        requirement_id,
        concat_ws(
            '|', 'rule', rule_id, coalesce(job_code, '-'), coalesce(training_profile, '-'), coalesce(department, '-'),
            coalesce(site, '-'), coalesce(facility_type, '-'), coalesce(employment_type, '-'), coalesce(task_scope, '-'),
            coalesce(cast(effective_from as varchar), '-'), coalesce(cast(effective_to as varchar), '-')
        )
    from policy_requirement_rules
    union all
    select
        requirement_id,
        concat_ws(
            '|', 'credit', course_id, coalesce(site, '-'), coalesce(cast(valid_from as varchar), '-'),
            coalesce(cast(valid_to as varchar), '-')
        )
    from policy_course_credits
    union all
    select requirement_id, concat_ws('|', 'order', coalesce(site, '-'), cast(effective_on as varchar))
    from policy_retrain_orders
),

required_otherwise as (
    select distinct requirement_id
    from (
        (select * from policy_then except select * from policy_now)
        union all
        (select * from policy_now except select * from policy_then)
    ) as differing
),

causes_found as (
    select rewritten.worker_id, rewritten.requirement_id, 'identity' as cause
    from rewritten
    semi join relinked on relinked.person_id = rewritten.person_id
    union all
    select rewritten.worker_id, rewritten.requirement_id, trained_otherwise.cause
    from rewritten
    inner join trained_otherwise
        on
            trained_otherwise.person_id = rewritten.person_id
            and trained_otherwise.requirement_id = rewritten.requirement_id
    union all
    select rewritten.worker_id, rewritten.requirement_id, 'role_late' as cause
    from rewritten
    semi join employed_otherwise on employed_otherwise.worker_id = rewritten.worker_id
    union all
    select rewritten.worker_id, rewritten.requirement_id, 'waiver' as cause
    from rewritten
    semi join excused_otherwise
        on
            excused_otherwise.worker_id = rewritten.worker_id
            and excused_otherwise.requirement_id = rewritten.requirement_id
    union all
    select rewritten.worker_id, rewritten.requirement_id, 'policy' as cause
    from rewritten
    semi join required_otherwise on required_otherwise.requirement_id = rewritten.requirement_id
),

causes_told as (
    select
        worker_id,
        requirement_id,
        string_agg(distinct cause, ';' order by cause) as causes
    from causes_found
    group by worker_id, requirement_id
),

names as (
    select
        worker_id,
        min(full_name) as full_name
    from staged_workers
    group by worker_id
),

titles as (
    select
        requirement_id,
        min(title) as title
    from policy_requirements
    group by requirement_id
),

job_titles as (
    select
        job_code,
        min(job_title) as job_title
    from role_states
    where job_code is not null
    group by job_code
),

final as (
    select
        case
            when rewritten.stretches_then = '' then 'added'
            when rewritten.stretches_now = '' then 'removed'
            else 'moved'
        end as change,
        rewritten.worker_id,
        names.full_name,
        rewritten.requirement_id,
        coalesce(titles.title, rewritten.requirement_id) as requirement,
        rewritten.severity,
        coalesce(job_titles.job_title, rewritten.job_code) as role,
        coalesce(rewritten.site_now, rewritten.site_then) as site,
        rewritten.days_then,
        rewritten.days_now,
        rewritten.was_open,
        rewritten.is_open,
        coalesce(causes_told.causes, 'unknown') as causes,
        told.told_at,
        count(*) over () as of_all,
        count(*) filter (where rewritten.stretches_then = '') over () as of_added,
        count(*) filter (where rewritten.stretches_now = '') over () as of_removed,
        count(*) filter (where rewritten.was_open) over () as open_then,
        count(*) filter (where rewritten.is_open) over () as open_now
    from rewritten
    cross join told
    left join causes_told
        on
            causes_told.worker_id = rewritten.worker_id
            and causes_told.requirement_id = rewritten.requirement_id
    left join names on names.worker_id = rewritten.worker_id
    left join titles on titles.requirement_id = rewritten.requirement_id
    left join job_titles on job_titles.job_code = rewritten.job_code
)

select * from final
order by abs(days_now - days_then) desc, worker_id, requirement_id, site
limit coalesce(cast($most as bigint), 8)
