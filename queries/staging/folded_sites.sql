-- Grain:   one row per row in force of sites, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of a site once that row had come?
-- Not for: what is in force now (see staged_sites); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_sites.site,
        landed_sites.name,
        landed_sites.timezone,
        landed_sites.facility_type,
        landed_sites.integration_method,
        landed_sites.emptied,
        coalesce(landed_sites.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_sites.load_id,
        landed_sites.row_number,
    from landed_sites
    inner join loads_in_force on landed_sites.load_id = loads_in_force.load_id
    inner join known_loads on loads_in_force.load_id = known_loads.content_load_id
    where
        loads_in_force.is_folded
        and known_loads.is_in_force
        and known_loads.is_applied
),

number_beginnings as (
    select
        *,
        -- a whole row begins anew, and so does the row after a deletion
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by source, site
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, site
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, site
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        site,
        nullif(last_value(case when emptied like '%;name;%' then '' else name end ignore nulls) over since_whole, '') as name,
        nullif(last_value(case when emptied like '%;timezone;%' then '' else timezone end ignore nulls) over since_whole, '') as timezone,
        nullif(last_value(case when emptied like '%;facility_type;%' then '' else facility_type end ignore nulls) over since_whole, '') as facility_type,
        nullif(last_value(case when emptied like '%;integration_method;%' then '' else integration_method end ignore nulls) over since_whole, '') as integration_method,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, site, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
