-- Grain:   one row per worker known to the HRIS
-- Key:     worker_key
-- Answers: by which texts is a worker looked up? (worker_key, and the ID, e-mail address, user name and name as compared)
-- Not for: showing (see worker_keys)
-- Case, accents and doubled spaces make no difference to whoever looks somebody up.
select
    worker_key,
    worker_id,
    person_id,
    full_name,
    lower(worker_id) as id_key,
    lower(trim(email)) as email_key,
    lower(trim(username)) as username_key,
    trim(regexp_replace(lower(strip_accents(full_name)), '\s+', ' ', 'g')) as name_key,
from worker_keys
