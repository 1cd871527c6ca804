-- Grain:   one row per integration in the run log
-- Key:     integration
-- Answers: which site does an integration serve, by whose calendar does it run, and from when is its log known?
-- Not for: how well it runs (see integration_health)
with

named_integrations as (
    select
        integration,
        min(method) as method,
        min(started_at) as first_run_at,
        max(started_at) as last_run_at,
    from staged_sync_runs
    where started_at <= (select as_of from run_parameters)
    group by integration
),

-- One that begins with a site's code serves that site; the longest code wins.
rank_sites as (
    select
        named_integrations.integration,
        site_keys.site,
        site_keys.timezone,
        row_number() over (
            partition by named_integrations.integration
            order by length(site_keys.site) desc, site_keys.site
        ) as site_rank,
    from named_integrations
    inner join site_keys
        on named_integrations.integration = site_keys.site
        or (
            starts_with(named_integrations.integration, site_keys.site)
            and not regexp_matches(substr(named_integrations.integration, length(site_keys.site) + 1, 1), '[A-Za-z0-9]')
        )
    where site_keys.is_listed
),

final as (
    select
        named_integrations.integration,
        named_integrations.method,
        rank_sites.site,
        coalesce(rank_sites.timezone, (select organisation_timezone from run_parameters)) as timezone,
        named_integrations.first_run_at,
        named_integrations.last_run_at,
    from named_integrations
    left join rank_sites
        on named_integrations.integration = rank_sites.integration
        and rank_sites.site_rank = 1
)

select * from final
