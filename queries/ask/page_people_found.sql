-- Grain:   one row per text that was written and worker it may mean
-- Answers: whom does each of these texts ($texts: IDs, names, user names, e-mail addresses) mean?
-- Not for: searching by part of a name as it is typed (page_worker_search)
-- The first step that finds anybody decides: the worker ID; the e-mail address or user name; the whole name, also as
-- "Last, First"; every word of the text in the name. Several workers at one step are all listed: nobody is guessed. A
-- text that finds nobody has one row without a worker. Case, accents and doubled spaces make no difference.
with

texts as (
    select
        position,
        text,
        trim(regexp_replace(lower(strip_accents(text)), '\s+', ' ', 'g')) as written
    from (
        select
            unnest(cast($texts as varchar[])) as text,
            generate_subscripts(cast($texts as varchar[]), 1) as position
    ) as asked
),

read_texts as (
    select
        *,
        case
            when contains(written, ',')
            then trim(split_part(written, ',', 2)) || ' ' || trim(split_part(written, ',', 1))
            else written
        end as turned,
        list_filter(string_split_regex(written, '[\s,]+'), lambda word: word <> '') as words
    from texts
),

known as (
    select
        worker_id,
        person_id,
        full_name,
        lower(worker_id) as id_key,
        lower(trim(email)) as email_key,
        lower(trim(username)) as username_key,
        trim(regexp_replace(lower(strip_accents(full_name)), '\s+', ' ', 'g')) as name_key
    from worker_keys
),

matches as (
    select
        read_texts.position,
        known.worker_id,
        case
            when known.id_key = read_texts.written then 1
            when known.email_key = read_texts.written or known.username_key = read_texts.written then 2
            when known.name_key in (read_texts.written, read_texts.turned) then 3
            else 4
        end as step
    from read_texts
    inner join known
        on known.id_key = read_texts.written
        or known.email_key = read_texts.written
        or known.username_key = read_texts.written
        or known.name_key in (read_texts.written, read_texts.turned)
        or (
            length(read_texts.written) >= 3
            and len(list_filter(read_texts.words, lambda word: contains(known.name_key, word)))
            = len(read_texts.words)
        )
),

decided as (
    select *
    from matches
    qualify step = min(step) over (partition by position)
),

roles as (
    select
        role_states.worker_id,
        coalesce(role_states.job_title, role_states.job_code) as job_title,
        role_states.site,
        role_states.valid_to is null or role_states.valid_to > run_parameters.as_of as is_held_now
    from role_states
    cross join run_parameters
    where role_states.is_employed and role_states.valid_from <= run_parameters.as_of
    qualify
        row_number() over (
            partition by role_states.worker_id
            order by
                role_states.valid_from desc,
                role_states.assignment_key <> 'primary',
                role_states.assignment_key
        ) = 1
),

final as (
    select
        read_texts.position,
        read_texts.text,
        decided.step,
        known.worker_id,
        known.full_name,
        known.person_id,
        roles.job_title,
        roles.site as role_site,
        coalesce(roles.is_held_now, false) as is_employed,
        count(decided.worker_id) over (partition by read_texts.position) as candidates
    from read_texts
    left join decided on decided.position = read_texts.position
    left join known on known.worker_id = decided.worker_id
    left join roles on roles.worker_id = decided.worker_id
    qualify
        row_number() over (
            partition by read_texts.position
            order by coalesce(roles.is_held_now, false) desc, known.full_name, known.worker_id
        ) <= 20
)

select *
from final
order by position, is_employed desc, full_name, worker_id
