-- Grain:   one row per known row of lms_accounts, each time it came, from sources whose rows state only what changed
-- Key:     load_order, row_number
-- Answers: what was known of an LMS account once that row had come?
-- Not for: what is in force now (see staged_lms_accounts); is_newest marks the last word in force, which may be that it is deleted
with

sources_of_changes as (
    select source, bool_or(is_in_force) as is_still_one
    from known_loads
    where carries = 'changes'
    group by source
),

-- Loads that are no longer in force show what was known of an account then.
place_rows as (
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
        landed_lms_accounts.emptied,
        coalesce(landed_lms_accounts.is_deleted, false) as is_deleted,
        known_loads.carries,
        known_loads.source,
        known_loads.load_order,
        known_loads.is_in_force,
        coalesce(known_loads.beginning_rank, 0) as beginning_rank,
        landed_lms_accounts.load_id,
        landed_lms_accounts.row_number,
    from landed_lms_accounts
    inner join known_loads on landed_lms_accounts.load_id = known_loads.content_load_id
    inner join sources_of_changes on known_loads.source = sources_of_changes.source
    where
        known_loads.is_applied
        and (sources_of_changes.is_still_one or not known_loads.is_in_force)
),

number_beginnings as (
    select
        *,
        -- a whole row begins anew, and so does the row after a deletion
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by source, account_id, beginning_rank
            order by load_order, row_number
            rows between unbounded preceding and current row
        ) + coalesce(
            sum(case when is_deleted then 1 else 0 end) over (
                partition by source, account_id, beginning_rank
                order by load_order, row_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as beginning,
        is_in_force
        and row_number() over (
            partition by source, account_id, is_in_force
            order by load_order desc, row_number desc
        ) = 1 as is_newest,
    from place_rows
),

final as (
    select
        account_id,
        nullif(last_value(case when emptied like '%;worker_ref;%' then '' else worker_ref end ignore nulls) over since_whole, '') as worker_ref,
        nullif(last_value(case when emptied like '%;username;%' then '' else username end ignore nulls) over since_whole, '') as username,
        nullif(last_value(case when emptied like '%;email;%' then '' else email end ignore nulls) over since_whole, '') as email,
        nullif(last_value(case when emptied like '%;full_name;%' then '' else full_name end ignore nulls) over since_whole, '') as full_name,
        nullif(last_value(case when emptied like '%;status;%' then '' else status end ignore nulls) over since_whole, '') as status,
        nullif(last_value(case when emptied like '%;created_at;%' then timestamp '0001-01-01 00:00:00' else created_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as created_at,
        nullif(last_value(case when emptied like '%;deactivated_at;%' then timestamp '0001-01-01 00:00:00' else deactivated_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as deactivated_at,
        nullif(last_value(case when emptied like '%;last_login_at;%' then timestamp '0001-01-01 00:00:00' else last_login_at end ignore nulls) over since_whole, timestamp '0001-01-01 00:00:00') as last_login_at,
        is_deleted,
        is_newest,
        source,
        load_order,
        load_id,
        row_number,
    from number_beginnings
    window since_whole as (
        partition by source, account_id, beginning_rank, beginning
        order by load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
