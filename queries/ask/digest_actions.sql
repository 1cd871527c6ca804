-- Grain:   one row per open gap, the ten (or $most) that weigh most
-- Answers: what should be done first this week ($sites: a list; NULL is everything)?
-- Not for: counting open gaps (digest_headline)
-- warning_words: the failed checks on whose rows the very gap rests, as what ought to hold and does not.
with run as (
    select as_of from run_parameters
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

picked as (
    select *
    from scoped_gaps
    where
        closed_at is null
        and (cast($sites as varchar[]) is null or list_contains(cast($sites as varchar[]), gap_site))
    order by weight desc, gap_id
    limit coalesce(cast($most as bigint), 10)
),

held as (
    select
        role_states.worker_id,
        role_states.job_code,
        role_states.job_title,
        role_states.site
    from role_states
    semi join picked on picked.worker_id = role_states.worker_id
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

final as (
    select
        picked.gap_id,
        picked.worker_id,
        worker_keys.full_name,
        picked.requirement_id,
        coalesce(picked.requirement, picked.requirement_id) as requirement,
        picked.citation,
        picked.severity,
        coalesce(held.job_title, held.job_code, picked.job_code) as role,
        picked.gap_site as site,
        held.site as role_site_now,
        picked.opened_at,
        picked.exposure_days,
        picked.cause,
        picked.owner,
        warned.warning_words,
        picked.weight
    from picked
    left join worker_keys on worker_keys.worker_key = picked.worker_key
    left join held on held.worker_id = picked.worker_id
    left join warned on warned.finding_id = picked.gap_id
)

select * from final
order by weight desc, gap_id
