-- Grain:   one row per row in force of workers, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of a worker once that row had come?
-- Not for: what is in force now (see staged_workers); is_newest marks the last word, which may be that it is deleted
with

place_rows as (
    select
        landed_workers.worker_id,
        landed_workers.person_id,
        landed_workers.full_name,
        landed_workers.email,
        landed_workers.username,
        landed_workers.hired_on,
        landed_workers.worker_type,
        landed_workers.emptied,
        coalesce(landed_workers.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        landed_workers.load_id,
        landed_workers.row_number,
    from landed_workers
    inner join loads_in_force on landed_workers.load_id = loads_in_force.load_id
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
            partition by source, worker_id
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, worker_id
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        row_number() over (
            partition by source, worker_id
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        worker_id,
        nullif(last_value(case when emptied like '%;person_id;%' then '' else person_id end ignore nulls) over since_whole, '') as person_id,
        nullif(last_value(case when emptied like '%;full_name;%' then '' else full_name end ignore nulls) over since_whole, '') as full_name,
        nullif(last_value(case when emptied like '%;email;%' then '' else email end ignore nulls) over since_whole, '') as email,
        nullif(last_value(case when emptied like '%;username;%' then '' else username end ignore nulls) over since_whole, '') as username,
        nullif(last_value(case when emptied like '%;hired_on;%' then date '0001-01-01' else hired_on end ignore nulls) over since_whole, date '0001-01-01') as hired_on,
        nullif(last_value(case when emptied like '%;worker_type;%' then '' else worker_type end ignore nulls) over since_whole, '') as worker_type,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, worker_id, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
