-- Grain:   one row: the stored counts of the scope
-- Answers: how many workers, worker-requirements, gaps, events and accounts must the sheets hold?
-- Not for: percentages
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

known_workers as (
    select staged_workers.worker_id from staged_workers
    union
    select staged_role_history.worker_id from staged_role_history
),

worker_counts as (
    select
        (select count(*) from known_workers) as workers_known,
        (select count(*) from known_workers semi join scoped_workers using (worker_id)) as workers_in_scope,
        (select count(*) from known_workers anti join scoped_workers using (worker_id)) as workers_excluded,
),

obligation_counts as (
    select
        count(*) as obligation_rows,
        count(*) filter (where at_end.holds) as obligations,
        count(*) filter (where at_end.holds and at_end.state = 'trained') as trained,
        count(*) filter (where at_end.holds and at_end.state = 'waived') as waived,
        count(*) filter (where at_end.holds and at_end.state = 'on_leave') as on_leave,
        count(*) filter (where at_end.holds and at_end.state = 'in_grace') as in_grace,
        count(*) filter (where at_end.holds and at_end.state = 'gap') as gap,
        count(*) filter (where at_end.holds and at_end.state = 'not_evaluable') as not_evaluable,
        count(*) filter (where at_end.holds and at_end.known_state = 'trained') as unproven_trained,
        count(*) filter (where at_end.holds and at_end.known_state = 'gap') as unproven_gap,
        count(*) filter (where not at_end.holds) as obligations_ended,
        count(distinct at_end.worker_id) filter (
            where at_end.holds and coalesce(at_end.known_state, at_end.state) in ('trained', 'gap')
        ) as people_measured,
        count(distinct at_end.worker_id) filter (
            where at_end.holds
                and (at_end.state = 'gap' or at_end.known_state in ('trained', 'gap'))
        ) as people_not_proven,
        count(distinct at_end.worker_id) filter (where at_end.holds and coalesce(at_end.known_state, at_end.state) = 'gap')
            as people_with_gap,
    from (
        select
            compliance_timeline.worker_id,
            compliance_timeline.state,
            compliance_timeline.known_state,
            compliance_timeline.valid_to is null
                or compliance_timeline.valid_to > cast($period_to as timestamp) as holds,
        from evaluable_timeline as compliance_timeline
        semi join scoped_workers on compliance_timeline.worker_id = scoped_workers.worker_id
        semi join asked_requirements
            on compliance_timeline.requirement_id = asked_requirements.requirement_id
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
    ) as at_end
),

gap_counts as (
    select
        count(*) as gaps,
        count(*) filter (where gaps.closed_at is null or gaps.closed_at > cast($period_to as timestamp))
            as gaps_open,
        count(*) filter (
            where (gaps.closed_at is null or gaps.closed_at > cast($period_to as timestamp))
                and gaps.severity = 'critical'
        ) as gaps_open_critical,
        count(*) filter (where gaps.closed_at <= cast($period_to as timestamp)) as gaps_closed,
        max(gaps.exposure_days) filter (
            where gaps.closed_at is null or gaps.closed_at > cast($period_to as timestamp)
        ) as longest_open_days,
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

events as (
    select hr_events.*
    from hr_events
    semi join scoped_workers on hr_events.worker_id = scoped_workers.worker_id
    where hr_events.effective_at <= cast($period_to as timestamp)
        and (
            cast($period_from as timestamp) is null
            or hr_events.effective_at >= cast($period_from as timestamp)
        )
),

event_counts as (
    select
        count(*) as events,
        count(*) filter (where events.event_type in ('termination', 'contract_end')) as events_end,
    from events
),

answers as (
    select event_responses.*
    from event_responses
    semi join events on event_responses.event_id = events.event_id
    where event_responses.requirement_id is null
        or event_responses.requirement_id in (select asked_requirements.requirement_id from asked_requirements)
),

answer_counts as (
    select
        count(*) as answers,
        count(*) filter (where answers.verdict = 'early') as answers_early,
        count(*) filter (where answers.verdict = 'on_time') as answers_on_time,
        count(*) filter (where answers.verdict = 'late') as answers_late,
        count(*) filter (where answers.verdict = 'missing') as answers_missing,
        count(*) filter (where answers.verdict = 'pending') as answers_pending,
        count(*) filter (where answers.verdict = 'not_evaluable') as answers_not_evaluable,
        count(distinct answers.event_id) filter (where answers.verdict in ('late', 'missing')) as events_unsynced,
    from answers
),

ends_of_persons as (
    select distinct coalesce(staged_workers.person_id, events.worker_id) as person_id, events.effective_at,
    from events
    left join staged_workers on events.worker_id = staged_workers.worker_id
    where events.event_type in ('termination', 'contract_end')
),

account_counts as (
    select
        count(*) filter (where stale_accounts.kind = 'stale') as accounts_stale,
        count(*) filter (where stale_accounts.kind = 'stale' and stale_accounts.is_open) as accounts_stale_open,
        count(*) filter (where stale_accounts.kind = 'orphan') as accounts_orphan,
    from stale_accounts
    left join account_links on stale_accounts.account_id = account_links.account_id
    where (
        stale_accounts.kind = 'orphan'
        and cast($sites as varchar[]) is null
        and cast($departments as varchar[]) is null
        and cast($workers as varchar[]) is null
    ) or (
        stale_accounts.kind = 'stale'
        and exists (
            select 1
            from ends_of_persons
            where ends_of_persons.person_id = account_links.person_id
                and ends_of_persons.effective_at = stale_accounts.ended_at
        )
    )
),

headline as (
    select
        compliance.trained + compliance.waived + compliance.on_leave + compliance.in_grace + compliance.gap
            + compliance.not_evaluable as headline_obligations,
        compliance.gap as headline_gap,
    from compliance
    where compliance.site is null
),

stops as (
    select
        string_agg(says, '; ' order by source) filter (
            where feed in ('role_history', 'jobs', 'sites', 'workers', 'lms_accounts', 'lms_completions')
        ) as obligations_because,
        string_agg(says, '; ' order by source) filter (where feed in ('lms_accounts', 'lms_assignments')) as answers_because,
        string_agg(says, '; ' order by source) filter (
            where feed in ('role_history', 'workers', 'lms_accounts', 'lms_logins')
        ) as accounts_because,
    from stopped_sources
),

final as (
    select *
    from worker_counts
    cross join obligation_counts
    cross join gap_counts
    cross join event_counts
    cross join answer_counts
    cross join account_counts
    cross join stops
    left join headline on true
)

select * from final
