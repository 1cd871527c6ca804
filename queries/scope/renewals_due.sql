-- Grain:   one row per worker, requirement (and site) whose last credential ends in the sixty days after as_of and is
--          still needed then
-- Key:     worker_id, requirement_id, site
-- Answers: who must renew what in the next sixty days, and by when?
-- Not for: gaps that open for another reason than an ending credential (gaps_ahead)
with

last_credentials as (
    select
        worker_key,
        requirement_key,
        site_key,
        max(valid_to) as ends_at,
    from credential_intervals
    group by worker_key, requirement_key, site_key
),

ending as (
    select *
    from last_credentials
    where
        ends_at > (select as_of from run_parameters)
        and ends_at <= (select as_of from run_parameters) + interval '60' day
),

final as (
    select
        worker_keys.worker_id,
        requirement_keys.requirement_id,
        site_keys.site,
        ending.ends_at,
        date_diff('second', (select as_of from run_parameters), ending.ends_at) / 86400.0 as days_left,
        worker_keys.worker_key,
    from ending
    semi join required_intervals
        on ending.worker_key = required_intervals.worker_key
        and ending.requirement_key = required_intervals.requirement_key
        and ending.site_key = required_intervals.site_key
        and ending.ends_at >= required_intervals.valid_from
        and ending.ends_at < required_intervals.valid_to
    inner join worker_keys on ending.worker_key = worker_keys.worker_key
    inner join requirement_keys on ending.requirement_key = requirement_keys.requirement_key
    left join site_keys on ending.site_key = site_keys.site_key
)

select * from final
