-- Grain:   one row per assignment of the generated company
-- Key:     row_number
-- Answers: twenty-four assignments a worker, up to five weeks before the training; a leaver's open ones mostly removed
-- Not for: anything but measuring
with

assigned as (
    select
        trainings.*,
        ((cast(trainings.number as bigint) * 12 + trainings.slot) * 101 + trainings.turn) * 2 as row_number,
        trainings.happens_at - (1 + trainings.draw % 840) * interval '1' hour as assigned_at,
        careers.is_leaver,
        make_timestamp(1451606400000000 + cast(careers.end_day as bigint) * 86400000000) as ended_at,
    from trainings
    inner join careers on trainings.number = careers.number
    where trainings.is_open or trainings.draw // 1000 % 100 < 79
),

final as (
    select
        number,
        requirement,
        'T' || (10000000000 + row_number) as assignment_id,
        'A' || (100000000 + number) as account_id,
        'C' || (100 + requirement) as course_id,
        assigned_at,
        assigned_at + interval '30' day as due_at,
        case
            when is_open and is_leaver and draw % 10 > 0 then ended_at + (draw % 30) * interval '1' hour
            when draw % 100 = 7 then assigned_at + interval '1' hour
        end as removed_at,
        'rule' as origin,
        cast(null as varchar) as trigger_event_ref,
        row_number,
    from assigned
    where assigned_at < timestamp '2026-01-01 00:00:00' and (not is_leaver or assigned_at < ended_at)
)

select * from final
