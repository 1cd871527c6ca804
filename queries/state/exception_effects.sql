-- Grain:   one row per exception of the policy
-- Key:     exception_key
-- Answers: does an exception have effect, and if not, why?
-- Not for: the dates of its effect (local to the site of each role; see requiring_stretches and waiver_intervals)
with

final as (
    select
        cast(row_number() over (order by policy_exceptions.exception_id, policy_exceptions.row_number) as integer)
            as exception_key,
        policy_exceptions.exception_id,
        policy_exceptions.worker_id,
        policy_exceptions.requirement_id,
        policy_exceptions.kind,
        policy_exceptions.starts_on,
        policy_exceptions.ends_on,
        policy_exceptions.approved_at,
        worker_keys.worker_key,
        requirement_keys.requirement_key,
        case
            when policy_exceptions.problem is not null then policy_exceptions.problem
            when worker_keys.worker_key is null then 'names a worker the HRIS does not know'
            when lower(policy_exceptions.approved_by) = lower(policy_exceptions.requested_by)
                then 'approved by the one who asked for it'
            when
                lower(policy_exceptions.approved_by) = lower(policy_exceptions.worker_id)
                or lower(policy_exceptions.approved_by) = worker_keys.email
                or lower(policy_exceptions.approved_by) = lower(worker_keys.username)
                then 'approved by the worker it concerns'
            when policy_exceptions.approved_at > (select known_at from run_parameters) then 'approved after what this run may know'
        end as no_effect_because,
    from policy_exceptions
    left join worker_keys on policy_exceptions.worker_id = worker_keys.worker_id
    left join requirement_keys on policy_exceptions.requirement_id = requirement_keys.requirement_id
)

select * from final
