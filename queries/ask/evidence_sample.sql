-- Grain:   one row for the population, one per stratum, one per worker-requirement drawn
-- Answers: which worker-requirements shall be tested, drawn how, from how many?
-- Not for: a share of the population (a stratum has at least one row however small it is)
-- The order within a stratum is a hash of the seed and the IDs alone, so that it is the same on every machine.
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

population as (
    select
        compliance_timeline.worker_id,
        compliance_timeline.requirement_id,
        compliance_timeline.site,
        compliance_timeline.valid_from,
        compliance_timeline.state,
        compliance_timeline.cause,
        asked_requirements.title,
        asked_requirements.citation,
        coalesce(asked_requirements.severity, 'no severity') as severity,
    from evaluable_timeline as compliance_timeline
    semi join scoped_workers on compliance_timeline.worker_id = scoped_workers.worker_id
    inner join asked_requirements on compliance_timeline.requirement_id = asked_requirements.requirement_id
    where compliance_timeline.valid_from <= cast($period_to as timestamp)
        and (
            compliance_timeline.valid_to is null
            or compliance_timeline.valid_to > cast($period_to as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or compliance_timeline.site is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
        )
),

role_sites as (
    select
        role_states.worker_id,
        min_by(role_states.site, (role_states.assignment_key <> 'primary', role_states.assignment_key)) as role_site,
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.site is not null
        and role_states.valid_from <= cast($period_to as timestamp)
        and (role_states.valid_to is null or role_states.valid_to > cast($period_to as timestamp))
    group by role_states.worker_id
),

stratified as (
    select
        population.*,
        coalesce(population.site, role_sites.role_site, 'no site') || ', ' || population.severity as stratum,
        md5(
            concat_ws(
                chr(31),
                coalesce(cast($sample_seed as varchar), ''),
                population.worker_id,
                population.requirement_id,
                coalesce(population.site, '')
            )
        ) as draw,
    from population
    left join role_sites on population.worker_id = role_sites.worker_id
),

sizes as (
    select
        stratified.stratum,
        count(*) as stratum_rows,
        cast(sum(count(*)) over () as bigint) as population_rows,
        cast(coalesce(cast($sample_size as bigint), 0) as bigint) as wanted_rows,
    from stratified
    group by stratified.stratum
),

quotas as (
    select
        sizes.*,
        greatest(sizes.wanted_rows * sizes.stratum_rows // sizes.population_rows, 1) as whole_rows,
        case
            when sizes.wanted_rows * sizes.stratum_rows // sizes.population_rows = 0 then -1
            else sizes.wanted_rows * sizes.stratum_rows % sizes.population_rows
        end as remainder,
    from sizes
    where sizes.wanted_rows > 0
),

bounded as (
    select
        quotas.*,
        least(quotas.whole_rows, quotas.stratum_rows) as sure_rows,
        sum(least(quotas.whole_rows, quotas.stratum_rows)) over () as all_sure_rows,
        row_number() over (
            order by quotas.stratum_rows <= quotas.whole_rows, quotas.remainder desc, quotas.stratum
        ) as place,
    from quotas
),

strata as (
    select
        bounded.stratum,
        bounded.stratum_rows,
        bounded.population_rows,
        bounded.wanted_rows,
        bounded.sure_rows
            + case
                when bounded.stratum_rows > bounded.sure_rows
                    and bounded.place <= bounded.wanted_rows - bounded.all_sure_rows then 1
                else 0
            end as drawn_rows,
    from bounded
),

drawn as (
    select
        stratified.*,
        row_number() over (
            partition by stratified.stratum
            order by stratified.draw, stratified.worker_id, stratified.requirement_id, stratified.site
        ) as place,
    from stratified
),

chosen as (
    select
        drawn.*,
        row_number() over (order by drawn.stratum, drawn.place) as item,
    from drawn
    inner join strata on drawn.stratum = strata.stratum
    where drawn.place <= strata.drawn_rows
),

evidence as (
    select
        chosen.item,
        string_agg(credential_periods.completion_id, '; ' order by credential_periods.completion_id) as completion_ids,
    from chosen
    inner join credential_periods
        on chosen.worker_id = credential_periods.worker_id
        and chosen.requirement_id = credential_periods.requirement_id
        and chosen.site is not distinct from credential_periods.site
        and chosen.state = credential_periods.kind
        and credential_periods.valid_from <= cast($period_to as timestamp)
        and (
            credential_periods.valid_to is null
            or credential_periods.valid_to > cast($period_to as timestamp)
        )
    group by chosen.item
),

rows as (
    select
        1 as part,
        'population' as what,
        'all' as stratum,
        cast(max(strata.population_rows) as bigint) as population,
        cast(sum(strata.drawn_rows) as bigint) as drawn,
        'Worker-requirements in scope at the end of the period, stratified by site and severity; '
            || printf('%d', max(strata.wanted_rows))
            || ' asked for, in proportion to each stratum and at least one of each; '
            || 'within a stratum in the order of MD5 over seed, worker, requirement and site; seed: '
            || coalesce(cast($sample_seed as varchar), '') as method,
        cast(null as bigint) as item,
        cast(null as varchar) as worker_id,
        cast(null as varchar) as full_name,
        cast(null as varchar) as requirement_id,
        cast(null as varchar) as title,
        cast(null as varchar) as citation,
        cast(null as varchar) as site,
        cast(null as varchar) as state,
        cast(null as varchar) as cause,
        cast(null as varchar) as completion_ids,
    from strata
    having count(*) > 0
    union all
    select
        2 as part,
        'stratum' as what,
        strata.stratum,
        strata.stratum_rows as population,
        strata.drawn_rows as drawn,
        null as method,
        null as item,
        null as worker_id,
        null as full_name,
        null as requirement_id,
        null as title,
        null as citation,
        null as site,
        null as state,
        null as cause,
        null as completion_ids,
    from strata
    union all
    select
        3 as part,
        'item' as what,
        chosen.stratum,
        null as population,
        null as drawn,
        null as method,
        chosen.item,
        chosen.worker_id,
        staged_workers.full_name,
        chosen.requirement_id,
        chosen.title,
        chosen.citation,
        chosen.site,
        chosen.state,
        chosen.cause,
        evidence.completion_ids,
    from chosen
    left join staged_workers on chosen.worker_id = staged_workers.worker_id
    left join evidence on chosen.item = evidence.item
),

final as (
    select
        rows.what,
        rows.stratum,
        rows.population,
        rows.drawn,
        rows.method,
        rows.item,
        rows.worker_id,
        rows.full_name,
        rows.requirement_id,
        rows.title,
        rows.citation,
        rows.site,
        rows.state,
        rows.cause,
        rows.completion_ids,
        cast(null as varchar) as tested_by,
        cast(null as date) as tested_on,
        cast(null as varchar) as evidence_seen,
        cast(null as varchar) as conclusion,
        cast(null as varchar) as remarks,
    from rows
    order by rows.part, rows.item, rows.stratum
)

select * from final
