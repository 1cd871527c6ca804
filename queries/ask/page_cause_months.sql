-- Grain:   one row per month (of the organisation's calendar) and cause
-- Answers: how many days did people stand in a gap, by cause and the cause's owner, per month of the last twelve?
-- Not for: single gaps (page_gaps)
-- Every gap segment counts the days of it that fall in the month, whether the gap has closed since or not.
with run as (
    select
        as_of,
        organisation_timezone,
        date_trunc('month', timezone(organisation_timezone, timezone('UTC', as_of))) as this_month
    from run_parameters
),

numbers as (
    select unnest(range(0, 12)) as back
),

months as (
    select
        cast(run.this_month - numbers.back * interval '1' month as date) as month,
        timezone(
            'UTC', timezone(run.organisation_timezone, run.this_month - numbers.back * interval '1' month)
        ) as starts_at,
        timezone(
            'UTC', timezone(run.organisation_timezone, run.this_month - (numbers.back - 1) * interval '1' month)
        ) as ends_at
    from run
    cross join numbers
),

bounds as (
    select min(starts_at) as first_at
    from months
),

segments as (
    select
        compliance_timeline.cause,
        compliance_timeline.owner,
        compliance_timeline.valid_from,
        coalesce(compliance_timeline.valid_to, run.as_of) as valid_to
    from compliance_timeline
    cross join run
    cross join bounds
    left join policy_requirements on policy_requirements.requirement_id = compliance_timeline.requirement_id
    where
        compliance_timeline.state = 'gap'
        and coalesce(compliance_timeline.valid_to, run.as_of) > bounds.first_at
        and (cast($authority as varchar) is null or policy_requirements.authority = $authority)
        and (cast($severity as varchar) is null or policy_requirements.severity = $severity)
        and (cast($owner as varchar) is null or compliance_timeline.owner = $owner)
        and (
            (
                cast($site as varchar) is null
                and cast($department as varchar) is null
                and cast($employment_type as varchar) is null
            )
            or exists (
                select 1
                from role_states
                where
                    role_states.worker_id = compliance_timeline.worker_id
                    and ($site is null or coalesce(compliance_timeline.site, role_states.site) = $site)
                    and ($department is null or role_states.department = $department)
                    and ($employment_type is null or role_states.employment_type = $employment_type)
                    and role_states.valid_from <= compliance_timeline.valid_from
                    and (role_states.valid_to is null or role_states.valid_to > compliance_timeline.valid_from)
            )
        )
),

final as (
    select
        months.month,
        segments.cause,
        segments.owner,
        sum(
            date_diff(
                'second',
                greatest(segments.valid_from, months.starts_at),
                least(segments.valid_to, months.ends_at)
            )
        ) / 86400.0 as gap_days
    from months
    inner join segments
        on segments.valid_from < months.ends_at and segments.valid_to > months.starts_at
    group by months.month, segments.cause, segments.owner
)

select * from final
order by month, owner, cause
