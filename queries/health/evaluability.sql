-- Grain:   one row per site, and one with site NULL for the organisation
-- Key:     site
-- Answers: which share of each percentage can't be judged, because a source stopped or does not reach back, and what is left?
-- Not for: the percentages of what is known (see compliance, inflation); single states (see unproven_states)
with

unproven_now as (
    select *
    from unproven_states
    where valid_to is null
),

stretches_now as (
    select requiring_stretches.role_key, unproven_now.period_key
    from unproven_now
    inner join requiring_stretches
        on unproven_now.worker_key = requiring_stretches.worker_key
        and unproven_now.requirement_key = requiring_stretches.requirement_key
        and unproven_now.site_key = requiring_stretches.site_key
    where
        not unproven_now.is_site_specific
        and requiring_stretches.valid_from <= (select as_of from run_parameters)
        and requiring_stretches.valid_to > (select as_of from run_parameters)
),

roles_that_require as (
    select distinct stretches_now.period_key, role_intervals.site_key
    from stretches_now
    inner join role_intervals on stretches_now.role_key = role_intervals.role_key
    where role_intervals.site_key > 0
),

unproven_by_site as (
    select 0 as site_key, state, person_key
    from unproven_now
    union all
    select site_key, state, person_key
    from unproven_now
    where site_key > 0
    union all
    select roles_that_require.site_key, unproven_now.state, unproven_now.person_key
    from unproven_now
    inner join roles_that_require on unproven_now.period_key = roles_that_require.period_key
),

count_unproven as (
    select
        site_key,
        count(*) filter (where state = 'trained') as unproven_trained,
        count(*) filter (where state = 'gap') as unproven_gap,
    from unproven_by_site
    group by site_key
),

-- Each answer counts where its event happened; what is still due is no answer yet.
answers_by_site as (
    select
        case when hr_events.is_assignment_end then hr_events.previous_site else hr_events.site end as site,
        count(*) as answers_due,
        count(*) filter (where event_responses.verdict in ('early', 'on_time')) as answers_in_time,
        count(*) filter (where event_responses.verdict = 'not_evaluable') as answers_not_evaluable,
    from event_responses
    inner join hr_events on event_responses.event_id = hr_events.event_id
    where event_responses.verdict <> 'pending'
    group by 1
),

count_answers as (
    select
        null as site,
        sum(answers_due) as answers_due,
        sum(answers_in_time) as answers_in_time,
        sum(answers_not_evaluable) as answers_not_evaluable,
    from answers_by_site
    union all
    select site, answers_due, answers_in_time, answers_not_evaluable
    from answers_by_site
    where site is not null
),

-- What the LMS shows is what it showed when it was last asked.
stops as (
    select
        string_agg(says, '; ' order by source) filter (
            where feed in ('role_history', 'jobs', 'sites', 'workers', 'lms_accounts', 'lms_completions')
        ) as requirements_because,
        string_agg(says, '; ' order by source) filter (where feed in ('lms_accounts', 'lms_assignments')) as answers_because,
        string_agg(says, '; ' order by source) filter (
            where feed in ('lms_accounts', 'lms_assignments', 'lms_completions')
        ) as lms_because,
        string_agg(says, '; ' order by source) filter (
            where feed in ('role_history', 'workers', 'lms_accounts', 'lms_logins')
        ) as accounts_because,
    from stopped_sources
),

count_all as (
    select
        compliance.site,
        compliance.trained + compliance.gap as measured,
        compliance.trained,
        compliance.not_evaluable as before_cover,
        coalesce(count_unproven.unproven_trained, 0) as unproven_trained,
        coalesce(count_unproven.unproven_gap, 0) as unproven_gap,
        coalesce(cast(count_answers.answers_due as bigint), 0) as answers_due,
        coalesce(cast(count_answers.answers_in_time as bigint), 0) as answers_in_time,
        coalesce(cast(count_answers.answers_not_evaluable as bigint), 0) as answers_not_evaluable,
        inflation.lms_assigned,
    from compliance
    inner join inflation on compliance.site is not distinct from inflation.site
    left join site_keys on compliance.site = site_keys.site
    left join count_unproven on coalesce(site_keys.site_key, 0) = count_unproven.site_key
    left join count_answers on compliance.site is not distinct from count_answers.site
),

final as (
    select
        count_all.site,
        count_all.measured + count_all.before_cover as requirements,
        count_all.before_cover + count_all.unproven_trained + count_all.unproven_gap as requirements_not_evaluable,
        count_all.unproven_trained,
        count_all.unproven_gap,
        100.0 * (count_all.before_cover + count_all.unproven_trained + count_all.unproven_gap)
            / nullif(count_all.measured + count_all.before_cover, 0) as requirements_not_evaluable_pct,
        -- what can't be judged counts as not met; where nothing can be judged there is no percentage
        case
            when count_all.measured > count_all.unproven_trained + count_all.unproven_gap
            then 100.0 * (count_all.trained - count_all.unproven_trained) / count_all.measured
        end as requirement_compliance_at_least_pct,
        count_all.answers_due,
        count_all.answers_not_evaluable,
        100.0 * count_all.answers_not_evaluable / nullif(count_all.answers_due, 0) as answers_not_evaluable_pct,
        100.0 * count_all.answers_in_time / nullif(count_all.answers_due - count_all.answers_not_evaluable, 0)
            as answered_in_time_pct,
        case when stops.lms_because is not null then count_all.lms_assigned else 0 end as lms_not_evaluable,
        stops.requirements_because,
        stops.answers_because,
        stops.lms_because,
        stops.accounts_because,
    from count_all
    cross join stops
)

select * from final
