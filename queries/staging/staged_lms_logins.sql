-- Grain:   one row per login in force
-- Key:     load_id, row_number
-- Answers: when was an account used?
-- Not for: what earlier loads said (see landed_lms_logins)
with

final as (
    select
        landed_lms_logins.account_id,
        landed_lms_logins.logged_in_at,
        loads_in_force.source,
        landed_lms_logins.load_id,
        landed_lms_logins.row_number,
    from landed_lms_logins
    inner join loads_in_force on landed_lms_logins.load_id = loads_in_force.load_id
)

select * from final
