-- Grain:   one row per LMS account and candidate, accounts without candidates once
-- Answers: whose is each account ($status: linked, ambiguous, unlinked, orphan, open for all but linked; NULL all), and
--          whose could it be?
-- Not for: how long leavers kept theirs (page_stale_accounts); an orphan is an unlinked account active at as_of
with decisions as (
    select
        account_id,
        decided_by,
        decided_at,
        reason
    from policy_identity_overrides
    where decided_at <= (select known_at from run_parameters)
    qualify row_number() over (partition by account_id order by decided_at desc, row_number desc) = 1
),

orphans as (
    select distinct account_id
    from stale_accounts
    where kind = 'orphan'
),

accounts as (
    select
        account_links.account_id,
        case when orphans.account_id is not null then 'orphan' else account_links.status end as status,
        account_links.method,
        account_links.worker_id,
        workers.full_name as worker_name,
        staged_lms_accounts.full_name as account_name,
        staged_lms_accounts.username,
        staged_lms_accounts.email,
        staged_lms_accounts.worker_ref,
        staged_lms_accounts.created_at,
        decisions.decided_by,
        decisions.decided_at,
        decisions.reason
    from account_links
    left join staged_lms_accounts on account_links.account_id = staged_lms_accounts.account_id
    left join staged_workers as workers on account_links.worker_id = workers.worker_id
    left join orphans on account_links.account_id = orphans.account_id
    left join decisions on account_links.account_id = decisions.account_id
),

final as (
    select
        accounts.*,
        account_candidates.candidate_rank,
        account_candidates.worker_id as candidate_worker_id,
        candidates.full_name as candidate_name,
        account_candidates.score,
        account_candidates.is_offered,
        account_candidates.explanation,
        max(account_candidates.score) over (partition by accounts.account_id) as best_score
    from accounts
    left join account_candidates on accounts.account_id = account_candidates.account_id
    left join staged_workers as candidates on account_candidates.worker_id = candidates.worker_id
    where
        cast($status as varchar) is null
        or accounts.status = $status
        or ($status = 'open' and accounts.status <> 'linked')
)

select * exclude (best_score) from final
order by
    case status when 'ambiguous' then 1 when 'orphan' then 2 when 'unlinked' then 3 else 4 end,
    best_score desc nulls last,
    account_id,
    candidate_rank
