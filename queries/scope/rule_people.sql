-- Grain:   one row per rule or exception that has ever required anything, and site; one for all sites
-- Key:     rule_id, is_all_sites, site
-- Answers: of how many people does a rule require something at as_of?
-- Not for: which people (required_now)
with

reached as (
    select
        reasons.reason as rule_id,
        role_intervals.site,
        case
            when
                requiring_stretches.valid_from <= (select as_of from run_parameters)
                and requiring_stretches.valid_to > (select as_of from run_parameters)
                then requiring_stretches.worker_key
        end as worker_key,
    from requiring_stretches
    inner join reasons on requiring_stretches.reason_key = reasons.reason_key
    inner join role_intervals on requiring_stretches.role_key = role_intervals.role_key
),

final as (
    select
        rule_id,
        grouping(site) = 1 as is_all_sites,
        site,
        count(distinct worker_key) as people,
    from reached
    group by grouping sets ((rule_id), (rule_id, site))
)

select * from final
