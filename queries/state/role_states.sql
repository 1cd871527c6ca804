-- Grain:   one row per worker and assignment per interval
-- Key:     worker_id, assignment_key, valid_from
-- Answers: which job, status and site did a worker hold at a given instant?
-- Not for: counting heads (a worker may hold two jobs)
with

number_rows as (
    select
        *,
        row_number() over (
            partition by worker_id, assignment_key, written_from
            order by sequence desc, recorded_at desc nulls last, load_order desc, row_number desc
        ) as written_rank,
        min(coalesce(recorded_at, observed_at, effective_at)) over (
            partition by worker_id, assignment_key, effective_at, status, employment_type, job_code, task_scope_set, site
        ) as first_recorded_at,
    from role_rows
),

keep_last_written as (
    select
        *,
        min(effective_at) over (
            partition by worker_id, assignment_key
            order by written_from
            rows between 1 following and unbounded following
        ) as next_effective_at,
    from number_rows
    where written_rank = 1
),

end_states as (
    select
        *,
        least(next_effective_at, ends_at, contract_ends_at) as valid_to,
    from keep_last_written
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
        coalesce(
            end_states.valid_to = end_states.contract_ends_at
            and end_states.valid_to is distinct from end_states.next_effective_at
            and end_states.valid_to is distinct from end_states.ends_at,
            false
        ) as is_ended_by_contract,
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
        end_states.source,
        end_states.load_id,
        end_states.row_number,
    from end_states
    left join staged_jobs on end_states.job_code = staged_jobs.job_code
    left join site_keys on end_states.site = site_keys.site
    where end_states.valid_to is null or end_states.valid_to > end_states.effective_at
)

select * from final
