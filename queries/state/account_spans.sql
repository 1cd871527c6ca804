-- Grain:   one row per LMS account created by as_of
-- Key:     account_key
-- Answers: when was an account opened, closed and opened again, as far as as_of shows?
-- Not for: counting active accounts (see account_periods); never is 9999-12-31, without created_at it is 0001-01-01
with

accounts as (
    select
        account_links.account_key,
        account_links.person_key,
        staged_lms_accounts.account_id,
        staged_lms_accounts.source,
        staged_lms_accounts.status,
        staged_lms_accounts.created_at,
        staged_lms_accounts.deactivated_at,
        staged_lms_accounts.last_login_at,
    from account_links
    inner join staged_lms_accounts on account_links.account_id = staged_lms_accounts.account_id
),

-- Only these need the history of loads: closed without a date, or open in spite of one.
undated_accounts as (
    select account_id, source, deactivated_at
    from accounts
    where (status <> 'active') = (deactivated_at is null)
),

folded_loads as (
    select distinct load_id
    from folded_lms_accounts
),

shown_accounts as (
    select
        landed_lms_accounts.load_id,
        cast(null as bigint) as load_order,
        landed_lms_accounts.row_number,
        landed_lms_accounts.account_id,
        landed_lms_accounts.status,
        landed_lms_accounts.deactivated_at,
        landed_lms_accounts.is_deleted,
    from landed_lms_accounts
    anti join folded_loads on landed_lms_accounts.load_id = folded_loads.load_id
    union all
    select load_id, load_order, row_number, account_id, status, deactivated_at, is_deleted
    from folded_lms_accounts
),

rank_sightings as (
    select
        shown_accounts.account_id,
        shown_accounts.status,
        shown_accounts.deactivated_at,
        undated_accounts.deactivated_at as last_deactivated_at,
        known_loads.loaded_at,
        known_loads.first_loaded_at,
        row_number() over (
            partition by shown_accounts.account_id, known_loads.loaded_at
            order by known_loads.load_order desc, shown_accounts.row_number desc
        ) as sighting_rank,
    from known_loads
    inner join shown_accounts
        on known_loads.content_load_id = shown_accounts.load_id
        and known_loads.load_order = coalesce(shown_accounts.load_order, known_loads.load_order)
    inner join undated_accounts
        on shown_accounts.account_id = undated_accounts.account_id
        and known_loads.source = undated_accounts.source
    where
        known_loads.is_applied
        and not coalesce(shown_accounts.is_deleted, false)
),

sightings as (
    select
        account_id,
        loaded_at,
        first_loaded_at,
        status <> 'active' as is_closed,
        status = 'active'
        and coalesce(deactivated_at = last_deactivated_at and deactivated_at <= loaded_at, false) as is_reopened,
    from rank_sightings
    where sighting_rank = 1
),

last_otherwise as (
    select
        account_id,
        loaded_at,
        first_loaded_at,
        max(case when is_closed then timestamp '0001-01-01 00:00:00' else loaded_at end) over by_account
            as last_not_closed_at,
        max(case when is_reopened then timestamp '0001-01-01 00:00:00' else loaded_at end) over by_account
            as last_not_reopened_at,
    from sightings
    window by_account as (partition by account_id)
),

-- an account is one source's, and a source has one first load
first_shown as (
    select
        account_id,
        first_loaded_at,
        min(case when loaded_at > last_not_closed_at then loaded_at end) as closed_since,
        min(case when loaded_at > last_not_reopened_at then loaded_at end) as reopened_since,
    from last_otherwise
    group by account_id, first_loaded_at
),

date_the_end as (
    select
        accounts.account_key,
        accounts.person_key,
        accounts.created_at,
        coalesce(accounts.created_at, timestamp '0001-01-01 00:00:00') as opened_at,
        case
            when accounts.deactivated_at is not null then accounts.deactivated_at
            when accounts.status = 'active' then timestamp '9999-12-31 00:00:00'
            when first_shown.closed_since > first_shown.first_loaded_at then first_shown.closed_since
            else coalesce(accounts.last_login_at, accounts.created_at, timestamp '0001-01-01 00:00:00')
        end as closed_at,
        case when accounts.status = 'active' then first_shown.reopened_since end as reopened_at,
    from accounts
    left join first_shown on accounts.account_id = first_shown.account_id
),

final as (
    select
        account_key,
        person_key,
        created_at,
        opened_at,
        case
            when closed_at > (select as_of from run_parameters) then timestamp '9999-12-31 00:00:00'
            else closed_at
        end as closed_at,
        case
            -- never before it was opened, whatever a load showed
            when reopened_at <= (select as_of from run_parameters) then greatest(reopened_at, opened_at)
            else timestamp '9999-12-31 00:00:00'
        end as reopened_at,
    from date_the_end
)

select * from final
