-- Grain:   one row per site and LMS action
-- Answers: is the way each site is connected fast enough for its promise and for what the policy needs there?
-- Not for: single events (page_events)
select
    site,
    action,
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
    verdict as fitness,
    says
from method_fitness
where $site is null or site = $site
order by
    case verdict
        when 'ruled_out' then 0
        when 'carries_no_roles' then 1
        when 'breaks_promise' then 2
        when 'too_slow' then 3
        else 4
    end,
    site,
    action
