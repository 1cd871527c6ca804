-- Grain:   one row
-- Answers: does this run know the account $account_id and the worker $worker_id?
-- Not for: whose the account is (account_links)
select
    exists (select 1 from account_links where account_id = $account_id) as knows_account,
    exists (select 1 from worker_keys where worker_id = $worker_id) as knows_worker
