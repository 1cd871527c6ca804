-- Grain:   one row per week of the period in which a gap opened or closed, and every week between
-- Answers: how many gaps opened, reopened and closed each week, and how many were open at its end?
-- Not for: what changed in the record of the past (restatement: queries/restatement)
-- A week begins on Monday, in the organisation's zone. reopened: the worker had an earlier gap of that requirement.
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
),

numbered as (
    select
        gaps.gap_id,
        gaps.opened_at,
        gaps.closed_at,
        row_number() over (
            partition by gaps.worker_id, gaps.requirement_id, gaps.site
            order by gaps.opened_at, gaps.gap_id
        ) as occurrence,
    from gaps
    semi join scoped_workers on gaps.worker_id = scoped_workers.worker_id
    semi join asked_requirements on gaps.requirement_id = asked_requirements.requirement_id
    where gaps.opened_at <= cast($period_to as timestamp)
        and (
            cast($sites as varchar[]) is null
            or gaps.site is null
            or list_contains(cast($sites as varchar[]), gaps.site)
        )
),

changes as (
    select numbered.opened_at as at, numbered.occurrence > 1 as is_reopened, false as is_closed,
    from numbered
    union all
    select numbered.closed_at as at, false as is_reopened, true as is_closed,
    from numbered
    where numbered.closed_at <= cast($period_to as timestamp)
),

local_changes as (
    select
        changes.*,
        cast(
            date_trunc(
                'week',
                (changes.at at time zone 'UTC') at time zone run_parameters.organisation_timezone
            ) as date
        ) as week,
    from changes
    cross join run_parameters
),

counted as (
    select
        local_changes.week,
        count(*) filter (where not local_changes.is_closed and not local_changes.is_reopened) as opened,
        count(*) filter (where local_changes.is_reopened) as reopened,
        count(*) filter (where local_changes.is_closed) as closed,
    from local_changes
    group by local_changes.week
),

bounds as (
    select min(counted.week) as first_week, max(counted.week) as last_week,
    from counted
),

weeks as (
    select cast(generated.week as date) as week,
    from bounds
    cross join lateral (
        select unnest(generate_series(bounds.first_week, bounds.last_week, interval '7' day)) as week
    ) as generated
),

running as (
    select
        weeks.week,
        coalesce(counted.opened, 0) as opened,
        coalesce(counted.reopened, 0) as reopened,
        coalesce(counted.closed, 0) as closed,
        cast(
            sum(coalesce(counted.opened, 0) + coalesce(counted.reopened, 0) - coalesce(counted.closed, 0)) over (
                order by weeks.week
            ) as bigint
        ) as open_at_end,
    from weeks
    left join counted on weeks.week = counted.week
),

final as (
    select
        'week' as what,
        running.week as week_from,
        running.week + 6 as week_to,
        running.opened,
        running.reopened,
        running.closed,
        running.open_at_end,
        cast(null as varchar) as sheet,
        cast(null as varchar) as worker_id,
        cast(null as varchar) as full_name,
        cast(null as varchar) as requirement_id,
        cast(null as varchar) as site,
        cast(null as varchar) as row_id,
        cast(null as timestamp) as valid_from,
        cast(null as varchar) as was,
        cast(null as varchar) as is_now,
        cast(null as varchar) as cause,
        cast(null as varchar) as because,
        cast(null as varchar) as also,
    from running
    cross join run_parameters
    where cast($period_from as timestamp) is null
        or running.week + 6 >= cast(
            (cast($period_from as timestamp) at time zone 'UTC') at time zone run_parameters.organisation_timezone
            as date
        )
    order by running.week
)

select * from final
