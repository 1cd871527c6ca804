-- Grain:   one row per LMS account created by as_of
-- Key:     account_id
-- Answers: whose is an account, and by which step was it linked?
-- Not for: guessing (an ambiguous or unlinked account stays one until somebody decides)
with

accounts as (
    select
        staged_lms_accounts.account_id,
        staged_lms_accounts.worker_ref,
        lower(staged_lms_accounts.email) as email,
        staged_lms_accounts.username,
    from staged_lms_accounts
    where staged_lms_accounts.created_at is null or staged_lms_accounts.created_at <= (select as_of from run_parameters)
),

rank_overrides as (
    select
        policy_identity_overrides.account_id,
        policy_identity_overrides.worker_id,
        row_number() over (
            partition by policy_identity_overrides.account_id
            order by policy_identity_overrides.decided_at desc, policy_identity_overrides.row_number desc
        ) as override_rank,
    from policy_identity_overrides
    where policy_identity_overrides.decided_at <= (select known_at from run_parameters)
),

overrides as (
    select
        rank_overrides.account_id,
        worker_keys.worker_key,
    from rank_overrides
    left join worker_keys on rank_overrides.worker_id = worker_keys.worker_id
    where rank_overrides.override_rank = 1
),

candidates as (
    select account_id, 1 as step, worker_key
    from overrides
    union all
    select accounts.account_id, 2 as step, worker_keys.worker_key
    from accounts
    inner join worker_keys on accounts.worker_ref = worker_keys.worker_id
    union all
    select accounts.account_id, 3 as step, worker_keys.worker_key
    from accounts
    inner join worker_keys on accounts.email = worker_keys.email
    union all
    select accounts.account_id, 4 as step, worker_keys.worker_key
    from accounts
    inner join worker_keys on accounts.username = worker_keys.username
),

rank_candidates as (
    select
        candidates.account_id,
        candidates.step,
        worker_keys.worker_key,
        worker_keys.worker_id,
        worker_keys.person_key,
        worker_keys.person_id,
        min(candidates.step) over (partition by candidates.account_id) as first_step,
        min(worker_keys.person_key) over (partition by candidates.account_id, candidates.step) as least_person_key,
        max(worker_keys.person_key) over (partition by candidates.account_id, candidates.step) as greatest_person_key,
        row_number() over (
            partition by candidates.account_id, candidates.step
            order by worker_keys.hired_on desc nulls last, worker_keys.worker_id desc
        ) as candidate_rank,
    from candidates
    left join worker_keys on candidates.worker_key = worker_keys.worker_key
),

found as (
    select *
    from rank_candidates
    where step = first_step and candidate_rank = 1
),

final as (
    select
        accounts.account_id,
        case when found.least_person_key = found.greatest_person_key then found.worker_id end as worker_id,
        case when found.least_person_key = found.greatest_person_key then found.person_id end as person_id,
        case
            when found.least_person_key = found.greatest_person_key then 'linked'
            when found.least_person_key < found.greatest_person_key then 'ambiguous'
            else 'unlinked'
        end as status,
        case
            when found.least_person_key = found.greatest_person_key or found.step = 1 then
                case found.step
                    when 1 then 'override'
                    when 2 then 'worker_ref'
                    when 3 then 'email'
                    when 4 then 'username'
                end
        end as method,
        case when found.least_person_key = found.greatest_person_key then found.worker_key end as worker_key,
        case when found.least_person_key = found.greatest_person_key then found.person_key end as person_key,
        account_keys.account_key,
    from accounts
    inner join account_keys on accounts.account_id = account_keys.account_id
    left join found on accounts.account_id = found.account_id
)

select * from final
