-- Grain:   one row
-- Answers: how many people and worker-requirements were looked at in this scope at as_of?
-- Not for: compliance percentages (compliance)
-- measured: what counts as met or open, or would if it could be judged. What is not evaluable counts as not met:
-- compliance_pct is at least so much, NULL where nothing can be judged.
-- The organisation's and a site's figures are those of compliance; narrower scopes count what is required at as_of.
with published as (
    select
        compliance.people,
        compliance.trained + compliance.gap + compliance.waived + compliance.on_leave + compliance.in_grace
        + compliance.not_evaluable as checked,
        evaluability.requirements as measured,
        evaluability.requirement_compliance_at_least_pct as compliance_pct,
        evaluability.requirements_not_evaluable as not_evaluable
    from compliance
    inner join evaluability on evaluability.site is not distinct from compliance.site
    where
        compliance.site is not distinct from cast($site as varchar)
        and cast($department as varchar) is null
        and cast($authority as varchar) is null
        and cast($severity as varchar) is null
        and cast($employment_type as varchar) is null
),

narrowed as (
    select distinct
        period_key,
        person_key,
        state,
        known_state
    from required_now
    where
        (cast($site as varchar) is null or site = $site)
        and (cast($department as varchar) is null or department = $department)
        and (cast($authority as varchar) is null or authority = $authority)
        and (cast($severity as varchar) is null or severity = $severity)
        and (cast($employment_type as varchar) is null or employment_type = $employment_type)
        and not exists (select 1 from published)
),

counted as (
    select
        count(distinct person_key) filter (where known_state in ('trained', 'gap')) as people,
        count(*) as checked,
        count(*) filter (where known_state in ('trained', 'gap', 'not_evaluable')) as measured,
        case
            when count(*) filter (where state in ('trained', 'gap')) > 0
            then 100.0 * count(*) filter (where state = 'trained')
            / count(*) filter (where known_state in ('trained', 'gap'))
        end as compliance_pct,
        count(*) filter (where state = 'not_evaluable' and known_state in ('trained', 'gap', 'not_evaluable'))
            as not_evaluable
    from narrowed
),

final as (
    select * from published
    union all
    select * from counted
    where not exists (select 1 from published)
)

select * from final
