-- Grain:   one row per worker and effective date of the generated company
-- Key:     row_number
-- Answers: three rows a worker: the hire, a promotion, move or new department, then the end, a leave or a new cost center
-- Not for: anything but measuring
with

steps as (
    select
        careers.*,
        steps.step,
        date '2016-01-01' + case steps.step
            when 0 then careers.hired_day
            when 1 then careers.change_day
            when 2 then careers.end_day
            else careers.end_day + 90
        end as starts_on,
        careers.number * 4 + steps.step + 2 as row_number,
        cast(hash(careers.number, steps.step, 31) >> 1 as bigint) as draw,
    from careers
    cross join range(4) as steps (step)
    where
        steps.step < 2
        -- a contract ends by its own date
        or (steps.step = 2 and not (careers.is_leaver and careers.is_contractor))
        or (steps.step = 3 and careers.takes_leave)
),

final as (
    select
        'W' || (100000000 + number) as worker_id,
        'primary' as assignment_key,
        cast(starts_on as date) as effective_from_on,
        cast(starts_on as timestamp) as effective_from_local,
        cast(null as timestamp) as effective_from_at,
        cast(0 as bigint) as sequence,
        cast(null as date) as effective_to_on,
        cast(null as timestamp) as effective_to_local,
        cast(null as timestamp) as effective_to_at,
        -- mostly written ahead; one in eight up to two days late, one in thirty up to six weeks
        cast(starts_on as timestamp) + case
            when draw % 240 < 8 then cast(3 * 24 + draw // 240 % 1000 as integer)
            when draw % 240 < 38 then cast(draw // 240 % 48 as integer)
            else -cast(24 + draw // 240 % 300 as integer)
        end * interval '1' hour as recorded_at,
        case
            when step = 2 and is_leaver then 'terminated'
            when step = 2 and takes_leave then 'leave'
            else 'active'
        end as status,
        case when is_contractor then 'contractor' else 'employee' end as employment_type,
        'J' || (1000 + job + case when step >= 1 and is_promoted then 1 else 0 end) as job_code,
        cast(null as varchar) as job_title,
        'Department ' || (job + case when step >= 1 and not is_promoted and not is_moved then 1 else 0 end) % 12 as department,
        'Cost center ' || (number % 90 + case when step >= 2 then 1 else 0 end) as cost_center,
        'S' || (100 + case when step >= 1 then next_site else site end) as site,
        'W' || (100000000 + number // 12 * 12) as manager_id,
        cast(null as varchar) as agency,
        cast(null as varchar) as sponsor_id,
        case
            when is_contractor and is_leaver then date '2016-01-01' + end_day - 1
            when is_contractor then date '2027-06-30'
        end as contract_end_on,
        case when job % 20 = 0 then 'confined_space;hot_work' end as task_scope,
        cast(null as varchar) as event_reason,
        row_number,
    from steps
)

select * from final
