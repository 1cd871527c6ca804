-- Grain:   one row per HR event
-- Key:     event_id
-- Answers: what happened to a worker that the LMS should have learnt?
-- Not for: policy changes (a requirement that starts by a rule's date is no event)
with

employed_states as (
    select
        role_intervals.role_key,
        role_intervals.worker_key,
        role_intervals.person_key,
        role_intervals.assignment_key,
        role_intervals.valid_from,
        role_intervals.valid_to,
        role_intervals.recorded_at,
        role_intervals.is_on_leave,
        role_intervals.is_contingent,
        role_intervals.is_ended_by_contract,
        role_intervals.starts_on,
        role_intervals.worker_id,
        role_intervals.job_code,
        role_intervals.task_scope_set,
        role_intervals.site,
        coalesce(lag(role_intervals.valid_to) over by_assignment = role_intervals.valid_from, false) as has_before,
        coalesce(lead(role_intervals.valid_from) over by_assignment = role_intervals.valid_to, false) as has_after,
        lag(role_intervals.is_on_leave) over by_assignment as before_is_on_leave,
        lag(role_intervals.is_contingent) over by_assignment as before_is_contingent,
        lag(role_intervals.job_code) over by_assignment as before_job_code,
        lag(role_intervals.task_scope_set) over by_assignment as before_task_scope_set,
        lag(role_intervals.site) over by_assignment as before_site,
    from role_intervals
    window by_assignment as (
        partition by role_intervals.worker_key, role_intervals.assignment_key
        order by role_intervals.valid_from
    )
),

-- What the worker's assignments, this one among them, say just before a state starts, when it starts, and when it ends.
surroundings as (
    select
        states.role_key,
        coalesce(bool_or(others.valid_from < states.valid_from and others.valid_to >= states.valid_from), false)
            as was_employed,
        coalesce(bool_or(others.valid_from <= states.valid_to and others.valid_to > states.valid_to), false)
            as goes_on,
    from role_intervals as states
    inner join role_intervals as others on states.worker_key = others.worker_key
    group by states.role_key
),

first_states as (
    select
        worker_key,
        min(valid_from) as first_valid_from,
    from employed_states
    group by worker_key
),

-- Who was there in a feed's first snapshot began before it.
snapshot_beginnings as (
    select
        worker_id,
        assignment_key,
        valid_from,
    from role_states
    where is_from_first_snapshot
),

first_employee_states as (
    select
        person_key,
        min(valid_from) as employee_from,
    from employed_states
    where not is_contingent
    group by person_key
),

rank_starts_of_employment as (
    select
        employed_states.*,
        case
            when employed_states.is_contingent then 'contractor_start'
            when first_employee_states.employee_from < employed_states.valid_from then 'rehire'
            else 'hire'
        end as event_type,
        row_number() over (
            partition by employed_states.worker_key, employed_states.valid_from
            order by employed_states.role_key
        ) as start_rank,
    from employed_states
    inner join surroundings on employed_states.role_key = surroundings.role_key
    left join first_employee_states on employed_states.person_key = first_employee_states.person_key
    where
        not surroundings.was_employed
        or (employed_states.has_before and employed_states.is_contingent <> employed_states.before_is_contingent)
),

starts_of_employment as (
    select
        starts.*,
    from rank_starts_of_employment as starts
    inner join worker_keys on starts.worker_key = worker_keys.worker_key
    inner join first_states on starts.worker_key = first_states.worker_key
    left join snapshot_beginnings
        on starts.worker_id = snapshot_beginnings.worker_id
        and starts.assignment_key = snapshot_beginnings.assignment_key
        and starts.valid_from = snapshot_beginnings.valid_from
    where
        starts.start_rank = 1
        -- somebody hired before this history begins: the first state is no event
        and not (
            starts.valid_from = first_states.first_valid_from
            and (coalesce(worker_keys.hired_on < starts.starts_on, false) or snapshot_beginnings.worker_id is not null)
        )
),

rank_ends_of_employment as (
    select
        employed_states.*,
        bool_and(employed_states.is_ended_by_contract) over (
            partition by employed_states.worker_key, employed_states.valid_to
        ) as is_contract_end,
        row_number() over (
            partition by employed_states.worker_key, employed_states.valid_to
            order by employed_states.role_key
        ) as end_rank,
    from employed_states
    inner join surroundings on employed_states.role_key = surroundings.role_key
    where
        not surroundings.goes_on
        and employed_states.valid_to < timestamp '9999-12-31 00:00:00'
),

changes as (
    select role_key, event_type from starts_of_employment
    union all
    select employed_states.role_key, 'role_change' as event_type
    from employed_states
    inner join surroundings on employed_states.role_key = surroundings.role_key
    where
        case
            when employed_states.has_before then
                employed_states.job_code is distinct from employed_states.before_job_code
                or employed_states.task_scope_set is distinct from employed_states.before_task_scope_set
            else surroundings.was_employed
        end
    union all
    select role_key, 'transfer' as event_type
    from employed_states
    where has_before and site is distinct from before_site
    union all
    select role_key, 'leave_start' as event_type
    from employed_states
    where has_before and is_on_leave and not before_is_on_leave
    union all
    select role_key, 'leave_return' as event_type
    from employed_states
    where has_before and not is_on_leave and before_is_on_leave
),

ends as (
    select
        role_key,
        case when is_contract_end then 'contract_end' else 'termination' end as event_type,
    from rank_ends_of_employment
    where end_rank = 1
    union all
    select employed_states.role_key, 'role_change' as event_type
    from employed_states
    inner join surroundings on employed_states.role_key = surroundings.role_key
    where
        not employed_states.has_after
        and surroundings.goes_on
),

events as (
    select
        employed_states.role_key,
        employed_states.worker_key,
        employed_states.worker_id,
        employed_states.assignment_key,
        changes.event_type,
        false as is_assignment_end,
        employed_states.valid_from as effective_at,
        employed_states.recorded_at,
        employed_states.job_code,
        case when employed_states.has_before then employed_states.before_job_code end as previous_job_code,
        employed_states.site,
        case when employed_states.has_before then employed_states.before_site end as previous_site,
    from changes
    inner join employed_states on changes.role_key = employed_states.role_key
    union all
    select
        employed_states.role_key,
        employed_states.worker_key,
        employed_states.worker_id,
        employed_states.assignment_key,
        ends.event_type,
        true as is_assignment_end,
        employed_states.valid_to as effective_at,
        coalesce(states_that_start.recorded_at, employed_states.recorded_at) as recorded_at,
        null as job_code,
        employed_states.job_code as previous_job_code,
        null as site,
        employed_states.site as previous_site,
    from ends
    inner join employed_states on ends.role_key = employed_states.role_key
    left join role_states as states_that_start
        on employed_states.worker_id = states_that_start.worker_id
        and employed_states.assignment_key = states_that_start.assignment_key
        and employed_states.valid_to = states_that_start.valid_from
),

final as (
    select
        md5(concat_ws('|', events.worker_id, events.assignment_key, events.event_type, cast(events.effective_at as varchar)))
            as event_id,
        events.worker_id,
        events.assignment_key,
        events.event_type,
        events.effective_at,
        events.recorded_at,
        events.job_code,
        events.previous_job_code,
        events.site,
        events.previous_site,
        -- a role state that starts, or one that ends, brings one event of a kind
        events.role_key * 20
        + hr_event_types.event_order * 2
        + case when events.is_assignment_end then 1 else 0 end as event_key,
        events.worker_key,
        hr_event_types.is_end,
        events.is_assignment_end,
        row_number() over (
            partition by events.worker_key, events.effective_at
            order by
                hr_event_types.is_end,
                hr_event_types.event_order,
                case when events.assignment_key = 'primary' then 0 else 1 end,
                events.assignment_key
        ) as rank_at_instant,
    from events
    inner join hr_event_types on events.event_type = hr_event_types.event_type
)

select * from final
