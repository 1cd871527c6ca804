-- Grain:   one row
-- Answers: how many gaps are open at as_of, on whom, how long, and how many were a week earlier?
-- Not for: rows to act on (page_act_first, page_gaps)
-- A gap belongs to its own site, else to the site of the role it opened under. Last week's figures are those gaps
-- that were open seven days before as_of, with the days they had been open then.
with run as (
    select
        as_of,
        as_of - interval '7' day as week_start
    from run_parameters
),

scoped as (
    select
        gaps.*,
        coalesce(gaps.site, gaps.role_site) as gap_site
    from gaps
    left join policy_requirements on policy_requirements.requirement_id = gaps.requirement_id
    where
        (cast($site as varchar) is null or coalesce(gaps.site, gaps.role_site) = $site)
        and (cast($department as varchar) is null or gaps.department = $department)
        and (cast($authority as varchar) is null or policy_requirements.authority = $authority)
        and (cast($owner as varchar) is null or gaps.owner = $owner)
        and (cast($severity as varchar) is null or gaps.severity = $severity)
        and (
            cast($employment_type as varchar) is null
            or exists (
                select 1
                from role_states
                where
                    role_states.worker_id = gaps.worker_id
                    and role_states.employment_type = $employment_type
                    and role_states.valid_from <= gaps.opened_at
                    and (role_states.valid_to is null or role_states.valid_to > gaps.opened_at)
            )
        )
),

dated as (
    select
        scoped.*,
        scoped.closed_at is null as is_open,
        scoped.opened_at <= run.week_start
        and (scoped.closed_at is null or scoped.closed_at > run.week_start) as was_open,
        date_diff('second', scoped.opened_at, run.week_start) / 86400.0 as days_then
    from scoped
    cross join run
),

final as (
    select
        count(*) filter (where is_open) as open_gaps,
        count(*) filter (where was_open) as open_gaps_before,
        count(*) filter (where is_open and severity = 'critical') as critical_gaps,
        count(distinct person_id) filter (where is_open) as people,
        count(distinct gap_site) filter (where is_open) as sites,
        max(exposure_days) filter (where is_open) as longest_days,
        coalesce(sum(exposure_days) filter (where is_open), 0) as exposure_days,
        coalesce(sum(days_then) filter (where was_open), 0) as exposure_days_before
    from dated
)

select * from final
