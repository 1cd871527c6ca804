-- Grain:   one row per passing completion of a known worker that the HRIS should hold, and per HRIS record without one
-- Key:     worker_id, course_id, completed_at
-- Answers: did completions come back to the HRIS, how late, and does the HRIS hold any that the LMS does not?
-- Not for: companies whose HRIS takes no completions (no hris_training_records source: no rows)
with

lms_passes as (
    select
        account_links.worker_id,
        worker_keys.person_key,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at,
        min(staged_lms_completions.completion_id) as completion_id,
        min(staged_lms_completions.result) as result,
    from staged_lms_completions
    inner join account_links on staged_lms_completions.account_id = account_links.account_id
    inner join worker_keys on account_links.worker_id = worker_keys.worker_id
    where
        staged_lms_completions.result in ('passed', 'completed', 'waived')
        and staged_lms_completions.completed_at <= (select as_of from run_parameters)
        and exists (select 1 from sources where feed = 'hris_training_records')
    group by
        account_links.worker_id,
        worker_keys.person_key,
        staged_lms_completions.course_id,
        staged_lms_completions.completed_at
),

hris_records as (
    select
        staged_hris_training_records.worker_id,
        any_value(worker_keys.person_key) as person_key,
        staged_hris_training_records.course_id,
        staged_hris_training_records.completed_at,
        min(staged_hris_training_records.result) as result,
        min(staged_hris_training_records.recorded_at) as recorded_at,
    from staged_hris_training_records
    left join worker_keys on staged_hris_training_records.worker_id = worker_keys.worker_id
    where staged_hris_training_records.completed_at <= (select as_of from run_parameters)
    group by
        staged_hris_training_records.worker_id,
        staged_hris_training_records.course_id,
        staged_hris_training_records.completed_at
),

-- Any worker_id of the person will do: which one HR chose is its own affair.
rank_passes as (
    select
        *,
        row_number() over (partition by person_key, course_id, completed_at order by worker_id) as place,
    from lms_passes
),

rank_records as (
    select
        *,
        row_number() over (partition by person_key, course_id, completed_at order by worker_id) as place,
    from hris_records
),

same_instant as (
    select
        rank_passes.worker_id,
        rank_passes.course_id,
        rank_passes.completed_at,
        rank_records.worker_id as hris_worker_id,
        rank_records.completed_at as hris_completed_at,
    from rank_passes
    inner join rank_records
        on rank_passes.person_key = rank_records.person_key
        and rank_passes.course_id = rank_records.course_id
        and rank_passes.completed_at = rank_records.completed_at
        and rank_passes.place = rank_records.place
),

other_passes as (
    select
        lms_passes.*,
        row_number() over (
            partition by lms_passes.person_key, lms_passes.course_id, date_trunc('day', lms_passes.completed_at)
            order by lms_passes.completed_at, lms_passes.worker_id
        ) as place,
    from lms_passes
    anti join same_instant
        on lms_passes.worker_id = same_instant.worker_id
        and lms_passes.course_id = same_instant.course_id
        and lms_passes.completed_at = same_instant.completed_at
),

other_records as (
    select
        hris_records.*,
        row_number() over (
            partition by hris_records.person_key, hris_records.course_id, date_trunc('day', hris_records.completed_at)
            order by hris_records.completed_at, hris_records.worker_id
        ) as place,
    from hris_records
    anti join same_instant
        on hris_records.worker_id = same_instant.hris_worker_id
        and hris_records.course_id = same_instant.course_id
        and hris_records.completed_at = same_instant.hris_completed_at
),

-- What no instant joins is one training when both systems date it to one day of UTC.
pairs as (
    select *
    from same_instant
    union all
    select
        other_passes.worker_id,
        other_passes.course_id,
        other_passes.completed_at,
        other_records.worker_id as hris_worker_id,
        other_records.completed_at as hris_completed_at,
    from other_passes
    inner join other_records
        on other_passes.person_key = other_records.person_key
        and other_passes.course_id = other_records.course_id
        and date_trunc('day', other_passes.completed_at) = date_trunc('day', other_records.completed_at)
        and other_passes.place = other_records.place
),

-- What came to be due after as_of is not missing at as_of, whatever was loaded since.
newest_load as (
    select least(max(loaded_at), (select as_of from run_parameters)) as newest_loaded_at
    from known_loads
    where feed = 'hris_training_records' and not coalesce(is_retake, false)
),

compare as (
    select
        lms_passes.worker_id,
        lms_passes.course_id,
        lms_passes.completed_at,
        lms_passes.completion_id,
        lms_passes.result,
        hris_records.worker_id as hris_worker_id,
        hris_records.completed_at as hris_completed_at,
        hris_records.result as hris_result,
        hris_records.recorded_at,
    from lms_passes
    left join pairs
        on lms_passes.worker_id = pairs.worker_id
        and lms_passes.course_id = pairs.course_id
        and lms_passes.completed_at = pairs.completed_at
    left join hris_records
        on pairs.hris_worker_id = hris_records.worker_id
        and pairs.course_id = hris_records.course_id
        and pairs.hris_completed_at = hris_records.completed_at
    union all
    select
        hris_records.worker_id,
        hris_records.course_id,
        hris_records.completed_at,
        null as completion_id,
        null as result,
        hris_records.worker_id as hris_worker_id,
        hris_records.completed_at as hris_completed_at,
        hris_records.result as hris_result,
        hris_records.recorded_at,
    from hris_records
    anti join pairs
        on hris_records.worker_id = pairs.hris_worker_id
        and hris_records.course_id = pairs.course_id
        and hris_records.completed_at = pairs.hris_completed_at
),

final as (
    select
        compare.worker_id,
        compare.course_id,
        compare.completed_at,
        compare.completion_id,
        compare.result,
        compare.hris_worker_id,
        compare.hris_completed_at,
        compare.hris_result,
        compare.recorded_at,
        case
            when compare.completion_id is not null
            then (epoch_us(compare.recorded_at) - epoch_us(compare.completed_at)) / 3600000000.0
        end as latency_hours,
        case
            when
                compare.hris_worker_id is null
                and compare.completed_at + interval '72' hour >= newest_load.newest_loaded_at
            then 'pending'
            when compare.hris_worker_id is null then 'missing_in_hris'
            when compare.completion_id is null then 'missing_in_lms'
            when compare.hris_result <> compare.result then 'different_result'
            when compare.hris_completed_at <> compare.completed_at then 'different_time'
            when compare.recorded_at > compare.completed_at + interval '72' hour then 'late'
            else 'same'
        end as status,
    from compare
    cross join newest_load
)

select * from final
