-- Grain:   one row per login in force
-- Key:     load_id, row_number
-- Answers: when was an account used?
-- Not for: what earlier loads said (see landed_lms_logins)
with

full_rows as (
    select
        landed_lms_logins.account_id,
        landed_lms_logins.logged_in_at,
        loads_in_force.source,
        landed_lms_logins.load_id,
        landed_lms_logins.row_number,
    from landed_lms_logins
    inner join loads_in_force on landed_lms_logins.load_id = loads_in_force.load_id
    where
        not loads_in_force.is_merged
        and not coalesce(landed_lms_logins.is_deleted, false)
),

-- What is delivered again is the same row: its last word holds.
rank_other_rows as (
    select
        landed_lms_logins.account_id,
        landed_lms_logins.logged_in_at,
        landed_lms_logins.is_deleted,
        loads_in_force.source,
        landed_lms_logins.load_id,
        landed_lms_logins.row_number,
        row_number() over (
            partition by loads_in_force.source, landed_lms_logins.account_id, landed_lms_logins.logged_in_at
            order by loads_in_force.load_order desc, landed_lms_logins.row_number desc
        ) as row_rank,
    from landed_lms_logins
    inner join loads_in_force on landed_lms_logins.load_id = loads_in_force.load_id
    where
        loads_in_force.is_merged
),

final as (
    select *
    from full_rows
    union all
    select
        account_id,
        logged_in_at,
        source,
        load_id,
        row_number,
    from rank_other_rows
    where row_rank = 1 and not coalesce(is_deleted, false)
)

select * from final
