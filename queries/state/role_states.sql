-- Grain:   one row per worker and assignment per interval
-- Key:     worker_id, assignment_key, valid_from
-- Answers: which job, status and site did a worker hold at a given instant?
-- Not for: counting heads (a worker may hold two jobs)
with

-- Few rows share an instant, as it is or as it was written: only those are compared with each other.
shared_writings as (
    select worker_key, assignment_key, written_from
    from role_rows
    group by worker_key, assignment_key, written_from
    having count(*) > 1
),

rank_shared_writings as (
    select
        role_rows.load_order,
        role_rows.row_number,
        row_number() over (
            partition by role_rows.worker_key, role_rows.assignment_key, role_rows.written_from
            order by
                role_rows.sequence desc,
                role_rows.recorded_at desc nulls last,
                role_rows.load_order desc,
                role_rows.row_number desc
        ) as written_rank,
    from role_rows
    semi join shared_writings
        on role_rows.worker_key = shared_writings.worker_key
        and role_rows.assignment_key = shared_writings.assignment_key
        and role_rows.written_from = shared_writings.written_from
),

shared_instants as (
    select worker_key, assignment_key, effective_at
    from role_rows
    group by worker_key, assignment_key, effective_at
    having count(*) > 1
),

shared_recordings as (
    select
        role_rows.load_order,
        role_rows.row_number,
        min(coalesce(role_rows.recorded_at, role_rows.observed_at, role_rows.effective_at)) over (
            partition by
                role_rows.worker_key,
                role_rows.assignment_key,
                role_rows.effective_at,
                role_rows.status,
                role_rows.employment_type,
                role_rows.job_code,
                role_rows.task_scope_set,
                role_rows.site
        ) as first_recorded_at,
    from role_rows
    semi join shared_instants
        on role_rows.worker_key = shared_instants.worker_key
        and role_rows.assignment_key = shared_instants.assignment_key
        and role_rows.effective_at = shared_instants.effective_at
),

follow_rows as (
    select
        role_rows.load_order,
        role_rows.row_number,
        coalesce(role_rows.recorded_at, role_rows.observed_at, role_rows.effective_at) as recorded_at,
        min(role_rows.effective_at) over (
            partition by role_rows.worker_key, role_rows.assignment_key
            order by role_rows.written_from
            rows between 1 following and unbounded following
        ) as next_effective_at,
    from role_rows
    anti join rank_shared_writings
        on rank_shared_writings.written_rank > 1
        and role_rows.load_order = rank_shared_writings.load_order
        and role_rows.row_number = rank_shared_writings.row_number
),

-- narrow rows first: they are all that is compared
add_recordings as (
    select load_order, row_number, next_effective_at, recorded_at as first_recorded_at
    from follow_rows
    anti join shared_recordings
        on follow_rows.load_order = shared_recordings.load_order
        and follow_rows.row_number = shared_recordings.row_number
    union all
    select
        follow_rows.load_order,
        follow_rows.row_number,
        follow_rows.next_effective_at,
        shared_recordings.first_recorded_at,
    from follow_rows
    inner join shared_recordings
        on follow_rows.load_order = shared_recordings.load_order
        and follow_rows.row_number = shared_recordings.row_number
),

end_states as (
    select
        role_rows.*,
        add_recordings.next_effective_at,
        add_recordings.first_recorded_at,
        least(add_recordings.next_effective_at, role_rows.ends_at, role_rows.contract_ends_at) as valid_to,
    from add_recordings
    inner join role_rows
        on add_recordings.load_order = role_rows.load_order
        and add_recordings.row_number = role_rows.row_number
),

final as (
    select
        end_states.worker_id,
        end_states.assignment_key,
        end_states.effective_at as valid_from,
        end_states.valid_to,
        end_states.status,
        end_states.employment_type,
        end_states.job_code,
        coalesce(end_states.job_title, staged_jobs.job_title) as job_title,
        staged_jobs.training_profile,
        end_states.department,
        end_states.cost_center,
        end_states.site,
        site_keys.facility_type,
        end_states.manager_id,
        end_states.agency,
        end_states.sponsor_id,
        end_states.contract_end_on,
        end_states.task_scope,
        end_states.first_recorded_at as recorded_at,
        end_states.status in ('active', 'leave', 'suspended') as is_employed,
        end_states.is_contingent,
        end_states.task_scope_set,
        -- ended by the contract alone: neither the row's own end nor a later row falls on that instant
        end_states.valid_to is distinct from end_states.next_effective_at
        and end_states.valid_to is distinct from end_states.ends_at as is_ended_by_contract,
        cast(end_states.written_from as date) as starts_on,
        end_states.timezone,
        -- one text for all that rules ask about; no value is empty, so '' stands for a missing one
        concat_ws(
            chr(31),
            coalesce(end_states.job_code, ''),
            coalesce(staged_jobs.training_profile, ''),
            coalesce(end_states.department, ''),
            coalesce(end_states.site, ''),
            coalesce(site_keys.facility_type, ''),
            coalesce(end_states.employment_type, ''),
            coalesce(end_states.task_scope, '')
        ) as profile,
        end_states.is_from_first_snapshot,
        end_states.worker_key,
        end_states.source,
        end_states.load_id,
        end_states.row_number,
    from end_states
    left join staged_jobs on end_states.job_code = staged_jobs.job_code
    left join site_keys on end_states.site = site_keys.site
    where end_states.valid_to is null or end_states.valid_to > end_states.effective_at
)

select * from final
-- a worker's rows lie side by side: whoever reads one worker skips the others
order by worker_key
