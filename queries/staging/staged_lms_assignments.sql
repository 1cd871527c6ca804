-- Grain:   one row per assignment in force
-- Key:     assignment_id
-- Answers: what was assigned to whom, and when was it removed?
-- Not for: what earlier loads said; account_key is NULL where the account is not in lms_accounts (see landed_lms_assignments)
with

deletions as (
    select
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_assignments.row_number,
        landed_lms_assignments.assignment_id,
    from landed_lms_assignments
    inner join loads_in_force on landed_lms_assignments.load_id = loads_in_force.load_id
    where
        landed_lms_assignments.is_deleted
        and not loads_in_force.is_folded
),

whole_rows as (
    select
        landed_lms_assignments.assignment_id,
        landed_lms_assignments.account_id,
        landed_lms_assignments.course_id,
        landed_lms_assignments.assigned_at,
        landed_lms_assignments.due_at,
        landed_lms_assignments.removed_at,
        landed_lms_assignments.origin,
        landed_lms_assignments.trigger_event_ref,
        loads_in_force.source,
        loads_in_force.load_order,
        landed_lms_assignments.load_id,
        landed_lms_assignments.row_number,
    from landed_lms_assignments
    inner join loads_in_force on landed_lms_assignments.load_id = loads_in_force.load_id
    anti join deletions
        on loads_in_force.source = deletions.source
        and landed_lms_assignments.assignment_id = deletions.assignment_id
        and (
            loads_in_force.load_order < deletions.load_order
            or (loads_in_force.load_order = deletions.load_order and landed_lms_assignments.row_number < deletions.row_number)
        )
    where
        not loads_in_force.is_folded
        and not coalesce(landed_lms_assignments.is_deleted, false)
),

all_rows as (
    select *
    from whole_rows
    union all
    select
        assignment_id,
        account_id,
        course_id,
        assigned_at,
        due_at,
        removed_at,
        origin,
        trigger_event_ref,
        source,
        load_order,
        load_id,
        row_number,
    from folded_lms_assignments
    where is_newest and not is_deleted and account_id is not null and course_id is not null and assigned_at is not null
),

rank_rows as (
    select
        *,
        row_number() over (
            partition by assignment_id
            order by load_order desc, row_number desc
        ) as key_rank,
    from all_rows
),

final as (
    select
        row_number() over (order by rank_rows.assignment_id) as assignment_key,
        account_keys.account_key,
        course_keys.course_key,
        rank_rows.assignment_id,
        rank_rows.account_id,
        rank_rows.course_id,
        rank_rows.assigned_at,
        rank_rows.due_at,
        rank_rows.removed_at,
        rank_rows.origin,
        rank_rows.trigger_event_ref,
        rank_rows.source,
        rank_rows.load_id,
        rank_rows.row_number,
    from rank_rows
    inner join course_keys on rank_rows.course_id = course_keys.course_id
    left join account_keys on rank_rows.account_id = account_keys.account_id
    where rank_rows.key_rank = 1
)

select * from final
