-- Grain:   one row
-- Answers: how many people and worker-requirements were looked at in this scope at as_of?
-- Not for: compliance percentages (compliance)
-- What is not evaluable counts as not met: compliance_pct is at least so much, NULL where nothing can be judged.
-- The organisation's and a site's figures are those of compliance; narrower scopes count the segments running at as_of.
with published as (
    select
        compliance.people,
        compliance.trained + compliance.gap + compliance.waived + compliance.on_leave + compliance.in_grace
        + compliance.not_evaluable as checked,
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

counted as (
    select
        count(distinct compliance_timeline.worker_id) filter (
            where coalesce(compliance_timeline.known_state, compliance_timeline.state) in ('trained', 'gap')
        ) as people,
        count(*) as checked,
        case
            when count(*) filter (where compliance_timeline.state in ('trained', 'gap')) > 0
            then 100.0 * count(*) filter (where compliance_timeline.state = 'trained')
            / count(*) filter (
                where coalesce(compliance_timeline.known_state, compliance_timeline.state) in ('trained', 'gap')
            )
        end as compliance_pct,
        count(*) filter (
            where
            compliance_timeline.state = 'not_evaluable'
            and coalesce(compliance_timeline.known_state, 'gap') in ('trained', 'gap')
        ) as not_evaluable
    from evaluable_timeline as compliance_timeline
    left join policy_requirements on policy_requirements.requirement_id = compliance_timeline.requirement_id
    where
        compliance_timeline.valid_to is null
        and ($authority is null or policy_requirements.authority = $authority)
        and ($severity is null or policy_requirements.severity = $severity)
        and exists (
            select 1
            from role_states
            cross join run_parameters
            where
                role_states.worker_id = compliance_timeline.worker_id
                and role_states.status in ('active', 'leave', 'suspended')
                and ($site is null or coalesce(compliance_timeline.site, role_states.site) = $site)
                and ($department is null or role_states.department = $department)
                and ($employment_type is null or role_states.employment_type = $employment_type)
                and role_states.valid_from <= run_parameters.as_of
                and (role_states.valid_to is null or role_states.valid_to > run_parameters.as_of)
        )
),

final as (
    select * from published
    union all
    select * from counted
    where not exists (select 1 from published)
)

select * from final
