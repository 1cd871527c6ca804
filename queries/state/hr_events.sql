-- Grain:   one row per HR event
-- Key:     event_id
-- Answers: what happened to a worker that the LMS should have learnt?
-- Not for: policy changes (a requirement that starts by a rule's date is no event)
with

-- role_keys run on within an assignment: its state before is one less, unless there was a break
states_in_line as (
    select
        states.role_key,
        states.worker_key,
        states.person_key,
        states.valid_from,
        states.valid_to,
        states.is_on_leave,
        states.is_contingent,
        states.is_ended_by_contract,
        states.starts_on,
        states.is_from_first_snapshot,
        befores.role_key as before_role_key,
        befores.is_on_leave as before_is_on_leave,
        befores.is_contingent as before_is_contingent,
        befores.job_code is distinct from states.job_code
        or befores.task_scope_set is distinct from states.task_scope_set as is_other_role,
        befores.site is distinct from states.site as is_other_site,
        afters.role_key as after_role_key,
    from role_intervals as states
    left join role_intervals as befores
        on states.role_key - 1 = befores.role_key
        and states.worker_key = befores.worker_key
        and states.assignment_key = befores.assignment_key
        and states.valid_from = befores.valid_to
    left join role_intervals as afters
        on states.role_key + 1 = afters.role_key
        and states.worker_key = afters.worker_key
        and states.assignment_key = afters.assignment_key
        and states.valid_to = afters.valid_from
),

workers_elsewhere as (
    select distinct worker_key
    from role_intervals
    where assignment_key <> 'primary'
),

-- What several assignments, this one among them, say just before a state starts, when it starts, and when it ends.
surroundings as (
    select
        states.role_key,
        bool_or(others.valid_from < states.valid_from and others.valid_to >= states.valid_from) as was_employed,
        bool_or(others.valid_from <= states.valid_to and others.valid_to > states.valid_to) as goes_on,
    from role_intervals as states
    semi join workers_elsewhere on states.worker_key = workers_elsewhere.worker_key
    inner join role_intervals as others on states.worker_key = others.worker_key
    group by states.role_key
),

-- the states of one assignment do not overlap: those of somebody who has no other are employed before or after, or not
employed_states as (
    select
        states_in_line.*,
        coalesce(surroundings.was_employed, states_in_line.before_role_key is not null) as was_employed,
        coalesce(surroundings.goes_on, states_in_line.after_role_key is not null) as goes_on,
    from states_in_line
    left join surroundings on states_in_line.role_key = surroundings.role_key
),

first_states as (
    select
        worker_key,
        min(valid_from) as first_valid_from,
    from employed_states
    group by worker_key
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
    left join first_employee_states on employed_states.person_key = first_employee_states.person_key
    where
        not employed_states.was_employed
        or employed_states.is_contingent <> employed_states.before_is_contingent
),

starts_of_employment as (
    select
        starts.*,
    from rank_starts_of_employment as starts
    inner join worker_keys on starts.worker_key = worker_keys.worker_key
    inner join first_states on starts.worker_key = first_states.worker_key
    where
        starts.start_rank = 1
        -- somebody hired before this history begins, or there when it does: the first state is no event
        and not (
            starts.valid_from = first_states.first_valid_from
            and (coalesce(worker_keys.hired_on < starts.starts_on, false) or starts.is_from_first_snapshot)
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
    where
        not employed_states.goes_on
        and employed_states.valid_to < timestamp '9999-12-31 00:00:00'
),

changes as (
    select role_key, event_type from starts_of_employment
    union all
    select employed_states.role_key, 'role_change' as event_type
    from employed_states
    where
        case
            when employed_states.before_role_key is null then employed_states.was_employed
            else employed_states.is_other_role
        end
    union all
    select role_key, 'transfer' as event_type
    from employed_states
    where before_role_key is not null and is_other_site
    union all
    select role_key, 'leave_start' as event_type
    from employed_states
    where is_on_leave and not before_is_on_leave
    union all
    select role_key, 'leave_return' as event_type
    from employed_states
    where not is_on_leave and before_is_on_leave
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
    where
        employed_states.after_role_key is null
        and employed_states.goes_on
),

events as (
    select
        changes.role_key,
        changes.event_type,
        false as is_assignment_end,
        employed_states.worker_key,
        employed_states.valid_from as effective_at,
        employed_states.before_role_key,
        cast(null as timestamp) as next_recorded_at,
    from changes
    inner join employed_states on changes.role_key = employed_states.role_key
    union all
    select
        ends.role_key,
        ends.event_type,
        true as is_assignment_end,
        employed_states.worker_key,
        employed_states.valid_to as effective_at,
        ends.role_key as before_role_key,
        states_that_start.recorded_at as next_recorded_at,
    from ends
    inner join employed_states on ends.role_key = employed_states.role_key
    inner join role_intervals as roles on ends.role_key = roles.role_key
    left join role_states as states_that_start
        on roles.worker_key = states_that_start.worker_key
        and roles.assignment_key = states_that_start.assignment_key
        and roles.valid_to = states_that_start.valid_from
),

-- role_keys of a worker run on from primary through the other assignments
rank_events as (
    select
        events.*,
        hr_event_types.is_end,
        -- a role state that starts, or one that ends, brings one event of a kind
        events.role_key * 20
        + hr_event_types.event_order * 2
        + case when events.is_assignment_end then 1 else 0 end as event_key,
        row_number() over (
            partition by events.worker_key, events.effective_at
            order by hr_event_types.event_order, events.role_key
        ) as rank_at_instant,
    from events
    inner join hr_event_types on events.event_type = hr_event_types.event_type
),

final as (
    select
        md5(concat_ws(
            '|',
            roles.worker_id,
            roles.assignment_key,
            rank_events.event_type,
            cast(rank_events.effective_at as varchar)
        )) as event_id,
        roles.worker_id,
        roles.assignment_key,
        rank_events.event_type,
        rank_events.effective_at,
        coalesce(rank_events.next_recorded_at, roles.recorded_at) as recorded_at,
        case when not rank_events.is_assignment_end then roles.job_code end as job_code,
        befores.job_code as previous_job_code,
        case when not rank_events.is_assignment_end then roles.site end as site,
        befores.site as previous_site,
        rank_events.event_key,
        rank_events.worker_key,
        rank_events.is_end,
        rank_events.is_assignment_end,
        rank_events.rank_at_instant,
    from rank_events
    inner join role_intervals as roles on rank_events.role_key = roles.role_key
    left join role_intervals as befores on rank_events.before_role_key = befores.role_key
)

select * from final
-- a worker's rows lie side by side: whoever reads one worker skips the others
order by event_key
