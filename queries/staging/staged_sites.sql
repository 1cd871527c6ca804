-- Grain:   one row per site in force
-- Key:     site
-- Answers: which sites are there, in which zone, of which type?
-- Not for: what earlier loads said (see landed_sites)
with

keep_known_rows as (
    select
        landed_sites.site,
        landed_sites.name,
        landed_sites.timezone,
        landed_sites.facility_type,
        landed_sites.integration_method,
        loads_in_force.source,
        landed_sites.load_id,
        landed_sites.row_number,
        row_number() over (
            partition by landed_sites.site
            order by loads_in_force.loaded_at desc, landed_sites.load_id desc, landed_sites.row_number desc
        ) as key_rank,
    from landed_sites
    inner join loads_in_force on landed_sites.load_id = loads_in_force.load_id
),

final as (
    select
        site,
        name,
        timezone,
        facility_type,
        integration_method,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
