-- Grain:   one row per worker and effective date of the generated company
-- Answers: three rows a worker over ten years: a hire, a change of job or site, and leave, another change or the end
-- Not for: anything but measuring
with

workers as (
    select
        number,
        hash(number, 1) % 3000 as hired_after_days,
        hash(number, 2) % 900 + 60 as first_stay_days,
        hash(number, 3) % 900 + 60 as second_stay_days,
        hash(number, 4) % 200 as first_job,
        hash(number, 5) % 40 as first_site,
        hash(number, 6) % 10 as kind,
    from range($workers) as workers (number)
),

steps as (
    select *
    from workers
    cross join range(3) as steps (step)
),

final as (
    select
        'W' || lpad(cast(number as varchar), 8, '0') as worker_id,
        'primary' as assignment_key,
        cast(
            date '2016-01-01' + cast(
                hired_after_days
                + case when step >= 1 then first_stay_days else 0 end
                + case when step >= 2 then second_stay_days else 0 end
                as integer
            ) as date
        ) as effective_from_on,
        cast(null as timestamp) as effective_from_at,
        cast(0 as bigint) as sequence,
        cast(null as date) as effective_to_on,
        cast(null as timestamp) as effective_to_local,
        cast(null as timestamp) as effective_to_at,
        case
            when step = 2 and kind < 4 then 'terminated'
            when step = 2 and kind = 4 then 'leave'
            else 'active'
        end as status,
        case when kind = 9 then 'contractor' else 'employee' end as employment_type,
        'J' || lpad(cast((first_job + case when step >= 1 and kind >= 3 then 7 else 0 end) % 200 as varchar), 3, '0') as job_code,
        cast(null as varchar) as job_title,
        'Department ' || first_job % 12 as department,
        cast(null as varchar) as cost_center,
        'S' || lpad(cast((first_site + case when step >= 2 and kind in (5, 6) then 1 else 0 end) % 40 as varchar), 3, '0') as site,
        cast(null as varchar) as manager_id,
        cast(null as varchar) as agency,
        cast(null as varchar) as sponsor_id,
        cast(null as date) as contract_end_on,
        case when first_job % 20 = 0 then 'confined_space;hot_work' end as task_scope,
        cast(null as varchar) as event_reason,
        number * 3 + step + 2 as row_number,
    from steps
)

select
    *,
    cast(effective_from_on as timestamp) as effective_from_local,
    cast(effective_from_on as timestamp) + cast(hash(row_number, 7) % 72 as integer) * interval '1' hour as recorded_at,
    'generated' as source,
    'UTC' as source_timezone,
    'generated' as load_id,
from final
