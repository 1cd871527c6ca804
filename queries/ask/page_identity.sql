-- Grain:   one row per account ($status: linked, ambiguous, unlinked, orphan; NULL all but linked) and candidate, at
--          most $row_limit
-- Answers: whose are the accounts, which wait for a decision, whose could they be, and why?
-- Not for: leavers (page_stale_accounts); total_rows counts all rows, total_accounts the accounts
with decisions as (
    select
        account_id,
        decided_by,
        reason
    from policy_identity_overrides
    where decided_at <= (select known_at from run_parameters)
    qualify row_number() over (partition by account_id order by decided_at desc, row_number desc) = 1
),

orphans as (
    select
        account_id,
        max(open_assignments) as open_assignments
    from stale_accounts
    where kind = 'orphan'
    group by account_id
),

final as (
    select
        case when orphans.account_id is not null then 'orphan' else account_links.status end as status,
        account_links.account_id,
        staged_lms_accounts.full_name,
        staged_lms_accounts.username,
        staged_lms_accounts.email,
        staged_lms_accounts.worker_ref,
        staged_lms_accounts.status as account_status,
        staged_lms_accounts.created_at,
        staged_lms_accounts.last_login_at,
        orphans.open_assignments,
        decisions.decided_by,
        decisions.reason,
        account_links.method,
        account_links.worker_id as linked_worker_id,
        linked_workers.full_name as linked_name,
        account_candidates.candidate_rank,
        account_candidates.worker_id,
        staged_workers.full_name as candidate_name,
        account_candidates.score,
        100.0 * account_candidates.score as probability_pct,
        account_candidates.is_offered,
        account_candidates.explanation,
        max(account_candidates.score) over (partition by account_links.account_id) as best_score,
        count(*) over () as total_rows,
        count(distinct account_links.account_id) over () as total_accounts
    from account_links
    left join staged_lms_accounts on account_links.account_id = staged_lms_accounts.account_id
    left join orphans on account_links.account_id = orphans.account_id
    left join decisions on account_links.account_id = decisions.account_id
    left join account_candidates on account_links.account_id = account_candidates.account_id
    left join staged_workers on account_candidates.worker_id = staged_workers.worker_id
    left join staged_workers as linked_workers on account_links.worker_id = linked_workers.worker_id
    where
        case when orphans.account_id is not null then 'orphan' else account_links.status end = $status
        or (cast($status as varchar) is null and account_links.status <> 'linked')
)

select * exclude (best_score) from final
order by
    case status when 'ambiguous' then 1 when 'orphan' then 2 when 'unlinked' then 3 else 4 end,
    best_score desc nulls last,
    account_id,
    candidate_rank
limit cast($row_limit as bigint)
