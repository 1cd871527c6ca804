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
            ('sftp', 'overnight, 12 to 24 h', 24.0, true),
            ('rest', 'seconds to minutes', 1.0, true),
            ('scim', 'real time, accounts without roles', 0.25, false),
            ('middleware', 'as configured', cast(null as double), true),
            ('manual', 'nothing: somebody keys it in', cast(null as double), true)
    ) as promises (integration_method, promise, promised_hours, carries_roles)
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

judge as (
    select
        needs.site,
        needs.action,
        needs.facility_type,
        needs.integration_method,
        promises.promise,
        promises.promised_hours,
        needs.needed_hours,
        needs.most_urgent_event_type,
        speeds.answers,
        speeds.unanswered,
        speeds.median_hours,
        speeds.p90_hours,
        speeds.within_sla_pct,
        case
            when needs.action = 'assign' and not promises.carries_roles then 'carries_no_roles'
            when promises.promised_hours > needs.needed_hours then 'ruled_out'
            when speeds.p90_hours is null or speeds.p90_hours > coalesce(promises.promised_hours, needs.needed_hours)
            then case when promises.promised_hours is null then 'too_slow' else 'breaks_promise' end
            else 'fits'
        end as verdict,
    from needs
    inner join promises on needs.integration_method = promises.integration_method
    inner join speeds on needs.site = speeds.site and needs.action = speeds.action
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
                'an answer is due within {:.0f} h of a {}: a way that takes up to {:.0f} h is ruled out by design',
                needed_hours, replace(most_urgent_event_type, '_', ' '), promised_hours
            )
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
