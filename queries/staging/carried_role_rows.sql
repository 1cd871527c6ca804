-- Grain:   one row per row of role history in force, where a source of the feed carries changes alone
-- Key:     load_order, row_number
-- Answers: what did a row of role history mean, with all that it left as it was?
-- Not for: feeds of whole rows alone (no row here); a row before any status is known has none
with

order_rows as (
    select
        *,
        coalesce(effective_from_local, timezone(source_timezone, timezone('UTC', effective_from_at))) as written_from,
    from kept_role_rows
    where is_folded
),

-- A whole row states everything: nothing is carried over it.
number_beginnings as (
    select
        *,
        sum(case when carries = 'whole' then 1 else 0 end) over (
            partition by worker_id, assignment_key
            order by written_from, sequence, recorded_at nulls first, load_order, row_number
            rows between unbounded preceding and current row
        ) as beginning,
    from order_rows
),

final as (
    select
        * exclude (emptied, carries, is_folded, written_from, beginning) replace (
            nullif(last_value(case when emptied like '%;status;%' then '' else status end ignore nulls) over since_whole, '') as status,
            nullif(last_value(case when emptied like '%;employment_type;%' then '' else employment_type end ignore nulls) over since_whole, '') as employment_type,
            nullif(last_value(case when emptied like '%;job_code;%' then '' else job_code end ignore nulls) over since_whole, '') as job_code,
            nullif(last_value(case when emptied like '%;job_title;%' then '' else job_title end ignore nulls) over since_whole, '') as job_title,
            nullif(last_value(case when emptied like '%;department;%' then '' else department end ignore nulls) over since_whole, '') as department,
            nullif(last_value(case when emptied like '%;cost_center;%' then '' else cost_center end ignore nulls) over since_whole, '') as cost_center,
            nullif(last_value(case when emptied like '%;site;%' then '' else site end ignore nulls) over since_whole, '') as site,
            nullif(last_value(case when emptied like '%;manager_id;%' then '' else manager_id end ignore nulls) over since_whole, '') as manager_id,
            nullif(last_value(case when emptied like '%;agency;%' then '' else agency end ignore nulls) over since_whole, '') as agency,
            nullif(last_value(case when emptied like '%;sponsor_id;%' then '' else sponsor_id end ignore nulls) over since_whole, '') as sponsor_id,
            nullif(last_value(case when emptied like '%;contract_end_on;%' then date '0001-01-01' else contract_end_on end ignore nulls) over since_whole, date '0001-01-01') as contract_end_on,
            nullif(last_value(case when emptied like '%;task_scope;%' then '' else task_scope end ignore nulls) over since_whole, '') as task_scope
        ),
    from number_beginnings
    window since_whole as (
        partition by worker_id, assignment_key, beginning
        order by written_from, sequence, recorded_at nulls first, load_order, row_number
        rows between unbounded preceding and current row
    )
)

select * from final
