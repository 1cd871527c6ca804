-- Grain:   one row per site and LMS action whose speed is judged
-- Key:     site, action
-- Answers: is the way a site is connected fast enough for what it promises, and for what its events ask for?
-- Not for: sites without an integration method, or without an event yet (no rows)
with

-- What each method can promise, in hours for nine answers in ten; NULL: as configured, or nothing at all.
promises as (
    select *
    from (
        values
            ('sftp', 'overnight, 12 to 24 h', 24.0, true, 'an overnight batch'),
            ('rest', 'seconds to minutes', 1.0, true, 'a REST interface'),
            ('scim', 'real time, accounts without roles', 0.25, false, 'SCIM'),
            ('middleware', 'as configured', cast(null as double), true, 'middleware'),
            ('manual', 'nothing: somebody keys it in', cast(null as double), true, 'keying by hand')
    ) as promises (integration_method, promise, promised_hours, carries_roles, called)
),

needs as (
    select
        site,
        action,
        min(sla_hours) as needed_hours,
        arg_min(event_type, (sla_hours, event_type)) as most_urgent_event_type,
        any_value(facility_type) as facility_type,
        any_value(integration_method) as integration_method,
    from sync_durations
    where site is not null and integration_method is not null
    group by site, action
),

speeds as (
    select
        site,
        action,
        answers,
        unanswered,
        median_hours,
        p90_hours,
        p90_low_hours,
        within_sla_pct,
    from sync_latency
    where
        event_type is null
        and integration_method is null
        and month is null
),

-- By which feeds the answers to an action are seen.
stops as (
    select actions.action, string_agg(stopped_sources.says, '; ' order by stopped_sources.source) as because
    from (
        values
            ('assign', 'lms_assignments'), ('assign', 'role_history'),
            ('create_account', 'lms_accounts'), ('create_account', 'role_history'),
            ('deactivate_account', 'lms_accounts'), ('deactivate_account', 'role_history')
    ) as actions (action, feed)
    inner join stopped_sources on actions.feed = stopped_sources.feed
    group by actions.action
),

judge as (
    select
        needs.site,
        needs.action,
        needs.facility_type,
        needs.integration_method,
        promises.promise,
        promises.promised_hours,
        promises.called,
        needs.needed_hours,
        needs.most_urgent_event_type,
        speeds.answers,
        speeds.unanswered,
        speeds.median_hours,
        speeds.p90_hours,
        speeds.within_sla_pct,
        stops.because,
        case
            when needs.action = 'assign' and not promises.carries_roles then 'carries_no_roles'
            when promises.promised_hours > needs.needed_hours then 'ruled_out'
            when stops.because is not null then 'not_evaluable'
            when speeds.p90_hours is null or speeds.p90_hours > coalesce(promises.promised_hours, needs.needed_hours)
            then case when promises.promised_hours is null then 'too_slow' else 'breaks_promise' end
            else 'fits'
        end as verdict,
    from needs
    inner join promises on needs.integration_method = promises.integration_method
    inner join speeds on needs.site = speeds.site and needs.action = speeds.action
    left join stops on needs.action = stops.action
),

final as (
    select
        site,
        action,
        facility_type,
        integration_method,
        promise,
        promised_hours,
        needed_hours,
        most_urgent_event_type,
        answers,
        unanswered,
        median_hours,
        p90_hours,
        within_sla_pct,
        verdict,
        case verdict
            when 'carries_no_roles'
            then 'SCIM carries accounts, no roles: courses need a second way'
            when 'ruled_out'
            then format(
                '{}{}{} within {:g} h of a {} rules out {}, which takes up to {:g} h, by design',
                case when needed_hours < 24.0 then 'same-day ' else '' end,
                case action when 'assign' then 'assignment' when 'create_account' then 'account' else 'deactivation' end,
                case when facility_type is null then '' else ' at a ' || replace(facility_type, '_', ' ') end,
                needed_hours, replace(most_urgent_event_type, '_', ' '), called, promised_hours
            )
            when 'not_evaluable'
            then format('not evaluable: {}', because)
            when 'breaks_promise'
            then format(
                'promises {:.4g} h, but nine in ten take {}',
                promised_hours,
                case when p90_hours is null then 'longer than has been waited so far' else format('{:.1f} h', p90_hours) end
            )
            when 'too_slow'
            then format(
                'an answer is due within {:.0f} h, but nine in ten take {}',
                needed_hours,
                case when p90_hours is null then 'longer than has been waited so far' else format('{:.1f} h', p90_hours) end
            )
            else format('nine in ten are answered within {:.1f} h', p90_hours)
        end as says,
    from judge
)

select * from final
