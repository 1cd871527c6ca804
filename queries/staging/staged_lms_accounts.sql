-- Grain:   one row per LMS account in force
-- Key:     account_id
-- Answers: what does the LMS say of its accounts now?
-- Not for: what earlier loads said (see landed_lms_accounts)
with

keep_known_rows as (
    select
        landed_lms_accounts.account_id,
        landed_lms_accounts.worker_ref,
        landed_lms_accounts.username,
        landed_lms_accounts.email,
        landed_lms_accounts.full_name,
        landed_lms_accounts.status,
        landed_lms_accounts.created_at,
        landed_lms_accounts.deactivated_at,
        landed_lms_accounts.last_login_at,
        loads_in_force.source,
        landed_lms_accounts.load_id,
        landed_lms_accounts.row_number,
        row_number() over (
            partition by landed_lms_accounts.account_id
            order by loads_in_force.loaded_at desc, landed_lms_accounts.load_id desc, landed_lms_accounts.row_number desc
        ) as key_rank,
    from landed_lms_accounts
    inner join loads_in_force on landed_lms_accounts.load_id = loads_in_force.load_id
),

final as (
    select
        account_id,
        worker_ref,
        username,
        email,
        full_name,
        status,
        created_at,
        deactivated_at,
        last_login_at,
        source,
        load_id,
        row_number,
    from keep_known_rows
    where key_rank = 1
)

select * from final
