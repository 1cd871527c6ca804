-- Grain:   one row per attempt in force
-- Key:     completion_id
-- Answers: which attempts at a course were recorded?
-- Not for: what earlier loads said; account_key is NULL where the account is not in lms_accounts (see landed_lms_completions)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_completions.row_number,
        landed_lms_completions.completion_id,
    from landed_lms_completions
    inner join loads_in_force on landed_lms_completions.load_id = loads_in_force.load_id
    where
        landed_lms_completions.is_deleted
        and not loads_in_force.is_folded
        and (landed_lms_completions.recorded_at is null or landed_lms_completions.recorded_at <= (select known_at from run_parameters))
),

whole_rows as (
    select
        landed_lms_completions.completion_id,
        landed_lms_completions.account_id,
        landed_lms_completions.course_id,
        landed_lms_completions.completed_at,
        landed_lms_completions.result,
        landed_lms_completions.score,
        landed_lms_completions.expires_at,
        landed_lms_completions.recorded_at,
        landed_lms_completions.site,
        landed_lms_completions.course_version,
        landed_lms_completions.evaluator,
        landed_lms_completions.verification_method,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_completions.load_id,
        landed_lms_completions.row_number,
    from landed_lms_completions
    inner join loads_in_force on landed_lms_completions.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_lms_completions.completion_id = deletions.completion_id
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_lms_completions.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_lms_completions.is_deleted, false)
        and (landed_lms_completions.recorded_at is null or landed_lms_completions.recorded_at <= (select known_at from run_parameters))
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        completion_id,
        account_id,
        course_id,
        completed_at,
        result,
        score,
        expires_at,
        recorded_at,
        site,
        course_version,
        evaluator,
        verification_method,
        source,
        load_order,
        load_id,
        row_number,
    from folded_lms_completions
    where is_newest and not is_deleted and account_id is not null and course_id is not null and completed_at is not null and result is not null
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by completion_id
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
),

final as (
    select
        row_number() over (order by rank_rows.completion_id) as completion_key,
        account_keys.account_key,
        course_keys.course_key,
        rank_rows.completion_id,
        rank_rows.account_id,
        rank_rows.course_id,
        rank_rows.completed_at,
        rank_rows.result,
        rank_rows.score,
        rank_rows.expires_at,
        rank_rows.recorded_at,
        rank_rows.site,
        rank_rows.course_version,
        rank_rows.evaluator,
        rank_rows.verification_method,
        rank_rows.source,
        rank_rows.load_id,
        rank_rows.row_number,
    from rank_rows
    inner join course_keys on rank_rows.course_id = course_keys.course_id
    left join account_keys on rank_rows.account_id = account_keys.account_id
    where rank_rows.key_rank = 1
)

select * from final
