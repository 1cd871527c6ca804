-- Grain:   one row per check of the run
-- Answers: which checks ran on the data, over how many rows, what failed, and how many obligations and gaps rest on it?
-- Not for: the failing rows themselves (see check_failures)
-- A failed check that speaks about a whole feed concerns every obligation and gap in scope.
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

findings as (
    select distinct
        'obligation' as finding,
        concat_ws(
            '/',
            compliance_timeline.worker_id,
            compliance_timeline.requirement_id,
            coalesce(compliance_timeline.site, '')
        ) as finding_id,
    from compliance_timeline
    semi join scoped_workers on compliance_timeline.worker_id = scoped_workers.worker_id
    semi join asked_requirements on compliance_timeline.requirement_id = asked_requirements.requirement_id
    where compliance_timeline.valid_from <= cast($period_to as timestamp)
        and (
            compliance_timeline.valid_to is null
            or cast($period_from as timestamp) is null
            or compliance_timeline.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or compliance_timeline.site is null
            or list_contains(cast($sites as varchar[]), compliance_timeline.site)
        )
    union all
    select 'gap' as finding, gaps.gap_id as finding_id,
    from gaps
    semi join scoped_workers on gaps.worker_id = scoped_workers.worker_id
    semi join asked_requirements on gaps.requirement_id = asked_requirements.requirement_id
    where gaps.opened_at <= cast($period_to as timestamp)
        and (
            gaps.closed_at is null
            or cast($period_from as timestamp) is null
            or gaps.closed_at > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or gaps.site is null
            or list_contains(cast($sites as varchar[]), gaps.site)
        )
),

counts as (
    select findings.finding, count(*) as findings,
    from findings
    group by findings.finding
),

touched as (
    select
        finding_warnings.check_id,
        finding_warnings.feed,
        finding_warnings.finding,
        count(findings.finding_id) as findings,
        bool_or(finding_warnings.finding_id is null) as is_general,
    from finding_warnings
    left join findings
        on finding_warnings.finding = findings.finding
        and finding_warnings.finding_id = findings.finding_id
    where finding_warnings.finding in ('obligation', 'gap')
    group by finding_warnings.check_id, finding_warnings.feed, finding_warnings.finding
),

affected as (
    select
        touched.check_id,
        touched.feed,
        max(case when touched.is_general then counts.findings else touched.findings end)
            filter (where touched.finding = 'obligation') as obligations_affected,
        max(case when touched.is_general then counts.findings else touched.findings end)
            filter (where touched.finding = 'gap') as gaps_affected,
    from touched
    left join counts on touched.finding = counts.finding
    group by touched.check_id, touched.feed
),

final as (
    select
        check_results.check_id,
        check_results.feed,
        check_results.severity,
        check_results.status,
        check_results.rows_checked,
        check_results.rows_failed,
        case when check_results.status <> 'pass' then coalesce(affected.obligations_affected, 0) end
            as obligations_affected,
        case when check_results.status <> 'pass' then coalesce(affected.gaps_affected, 0) end as gaps_affected,
        check_results.detail,
    from check_results
    left join affected
        on check_results.check_id = affected.check_id
        and check_results.feed is not distinct from affected.feed
    order by check_results.status = 'pass', check_results.check_id, check_results.feed
)

select * from final
