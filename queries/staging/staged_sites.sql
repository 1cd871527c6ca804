-- Grain:   one row per site in force
-- Key:     site
-- Answers: which sites are there, in which zone, of which type?
-- Not for: what earlier loads said (see landed_sites)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_sites.row_number,
        landed_sites.site,
    from landed_sites
    inner join loads_in_force on landed_sites.load_id = loads_in_force.load_id
    where
        landed_sites.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
    select
        landed_sites.site,
        landed_sites.name,
        landed_sites.timezone,
        landed_sites.facility_type,
        landed_sites.integration_method,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_sites.load_id,
        landed_sites.row_number,
    from landed_sites
    inner join loads_in_force on landed_sites.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_sites.site = deletions.site
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_sites.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_sites.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        site,
        name,
        timezone,
        facility_type,
        integration_method,
        source,
        load_order,
        load_id,
        row_number,
    from folded_sites
    where is_newest and not is_deleted
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by site
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
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
    from rank_rows
    where key_rank = 1
)

select * from final
