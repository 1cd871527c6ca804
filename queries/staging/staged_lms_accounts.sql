-- Grain:   one row per LMS account in force
-- Key:     account_id
-- Answers: what does the LMS say of its accounts now?
-- Not for: what earlier loads said (see landed_lms_accounts)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_accounts.row_number,
        landed_lms_accounts.account_id,
    from landed_lms_accounts
    inner join loads_in_force on landed_lms_accounts.load_id = loads_in_force.load_id
    where
        landed_lms_accounts.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
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
        loads_in_force.load_order,
        landed_lms_accounts.load_id,
        landed_lms_accounts.row_number,
    from landed_lms_accounts
    inner join loads_in_force on landed_lms_accounts.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_lms_accounts.account_id = deletions.account_id
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_lms_accounts.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_lms_accounts.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
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
        load_order,
        load_id,
        row_number,
    from folded_lms_accounts
    where is_newest and not is_deleted and status is not null
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by account_id
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
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
    from rank_rows
    where key_rank = 1
)

select * from final
