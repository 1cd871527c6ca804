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

read_texts as materialized (
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

-- every way in which a text may be somebody's whole name, ID or address
whole_matches as materialized (
    select
        read_texts.position,
        worker_names.worker_key,
        1 as step
    from read_texts
    inner join worker_names on worker_names.id_key = read_texts.written
    union all
    select
        read_texts.position,
        worker_names.worker_key,
        2 as step
    from read_texts
    inner join worker_names on worker_names.email_key = read_texts.written
    union all
    select
        read_texts.position,
        worker_names.worker_key,
        2 as step
    from read_texts
    inner join worker_names on worker_names.username_key = read_texts.written
    union all
    select
        read_texts.position,
        worker_names.worker_key,
        3 as step
    from read_texts
    inner join worker_names on worker_names.name_key = read_texts.written
    union all
    select
        read_texts.position,
        worker_names.worker_key,
        3 as step
    from read_texts
    inner join worker_names on worker_names.name_key = read_texts.turned
),

-- the words of a text are looked for in every name: only where nothing else found anybody
unmatched_texts as materialized (
    select
        position,
        words
    from read_texts
    where length(written) >= 3 and position not in (select position from whole_matches)
),

matches as (
    select
        position,
        worker_key,
        min(step) as step
    from whole_matches
    group by position, worker_key
    union all
    select
        unmatched_texts.position,
        worker_names.worker_key,
        4 as step
    from unmatched_texts
    inner join worker_names
        on len(list_filter(unmatched_texts.words, lambda word: contains(worker_names.name_key, word)))
        = len(unmatched_texts.words)
),

decided as materialized (
    select *
    from matches
    qualify step = min(step) over (partition by position)
),

roles as (
    select
        role_states.worker_key,
        coalesce(role_states.job_title, role_states.job_code) as job_title,
        role_states.site,
        role_states.valid_to is null or role_states.valid_to > run_parameters.as_of as is_held_now
    from role_states
    cross join run_parameters
    where
        role_states.worker_key in (select worker_key from decided)
        and role_states.is_employed
        and role_states.valid_from <= run_parameters.as_of
    qualify
        row_number() over (
            partition by role_states.worker_key
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
        worker_names.worker_id,
        worker_names.full_name,
        worker_names.person_id,
        roles.job_title,
        roles.site as role_site,
        coalesce(roles.is_held_now, false) as is_employed,
        count(decided.worker_key) over (partition by read_texts.position) as candidates
    from read_texts
    left join decided on decided.position = read_texts.position
    left join worker_names on worker_names.worker_key = decided.worker_key
    left join roles on roles.worker_key = decided.worker_key
    qualify
        row_number() over (
            partition by read_texts.position
            order by coalesce(roles.is_held_now, false) desc, worker_names.full_name, worker_names.worker_id
        ) <= 20
)

select *
from final
order by position, is_employed desc, full_name, worker_id
