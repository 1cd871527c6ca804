-- Grain:   one row per open gap, the ten (or $most) that weigh most
-- Answers: what should be done first this week ($sites: a list; NULL is everything)?
-- Not for: counting open gaps (digest_headline)
-- warning_words: the failed checks on whose rows the very gap rests, as what ought to hold and does not.
-- Weight is severity (critical 4, high 3, medium 2, low 1) times days open.
with run as (
    select as_of from run_parameters
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

held as (
    select
        role_states.worker_id,
        role_states.job_code,
        role_states.job_title,
        role_states.site
    from role_states
    cross join run
    where
        role_states.valid_from <= run.as_of
        and (role_states.valid_to is null or role_states.valid_to > run.as_of)
        and role_states.status in ('active', 'leave', 'suspended')
    qualify
        row_number() over (
            partition by role_states.worker_id
            order by
                case when role_states.assignment_key = 'primary' then 0 else 1 end,
                role_states.assignment_key,
                role_states.valid_from
        ) = 1
),

warned as (
    select
        finding_id,
        string_agg(distinct words, '; ' order by words) as warning_words
    from finding_warnings
    where
        finding = 'gap'
        and finding_id is not null
    group by finding_id
),

weighed as (
    select
        gaps.gap_id,
        gaps.worker_id,
        names.full_name,
        gaps.requirement_id,
        coalesce(titles.title, gaps.requirement_id) as requirement,
        gaps.citation,
        gaps.severity,
        coalesce(held.job_title, held.job_code, gaps.job_code) as role,
        coalesce(gaps.site, gaps.role_site) as site,
        held.site as role_site_now,
        gaps.opened_at,
        gaps.exposure_days,
        gaps.cause,
        gaps.owner,
        warned.warning_words,
        gaps.exposure_days * case gaps.severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end
            as weight
    from gaps
    left join names on names.worker_id = gaps.worker_id
    left join titles on titles.requirement_id = gaps.requirement_id
    left join held on held.worker_id = gaps.worker_id
    left join warned on warned.finding_id = gaps.gap_id
    where
        gaps.closed_at is null
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), coalesce(gaps.site, gaps.role_site))
        )
),

final as (
    select *
    from weighed
    order by weight desc, gap_id
    limit coalesce(cast($most as bigint), 10)
)

select * from final
order by weight desc, gap_id
