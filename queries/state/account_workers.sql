-- Grain:   one row per linked account and worker_id of its person
-- Key:     account_key, worker_key
-- Answers: whom does what an account did serve?
-- Not for: how the account was linked (see account_links)
select
    account_links.account_key,
    worker_keys.worker_key,
from account_links
inner join worker_keys on account_links.person_key = worker_keys.person_key
