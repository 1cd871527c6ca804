-- Grain:   one row per row of a roster that said something new and that no later roster took back
-- Key:     load_order, row_number
-- Answers: which history do the rosters of a source tell?
-- Not for: who is missing from a roster (see staged_absences): absence ends nothing
with

-- A roster is all files of one command; the same file again is a roster too.
rosters as (
    select
        source,
        content_load_id as load_id,
        loaded_at,
        source_timezone,
        is_undated,
        cast(timezone(source_timezone, timezone('UTC', loaded_at)) as date) as roster_on,
        dense_rank() over (partition by source order by loaded_at, sequence) as roster_number,
        load_order,
    from known_loads
    where feed = 'role_history' and mode = 'snapshot' and is_in_force
),

roster_rows as (
    select
        landed_role_history.* exclude (is_deleted, extra) replace (
            case when rosters.is_undated then rosters.roster_on else landed_role_history.effective_from_on end
                as effective_from_on,
            case when rosters.is_undated then cast(rosters.roster_on as timestamp) else landed_role_history.effective_from_local end
                as effective_from_local,
            case when not rosters.is_undated then landed_role_history.effective_from_at end as effective_from_at
        ),
        coalesce(
            case when rosters.is_undated then cast(rosters.roster_on as timestamp) else landed_role_history.effective_from_local end,
            timezone(rosters.source_timezone, timezone('UTC', landed_role_history.effective_from_at))
        ) as written_from,
        concat_ws(
            chr(31),
            coalesce(cast(landed_role_history.sequence as varchar), ''),
            coalesce(cast(landed_role_history.effective_to_local as varchar), ''),
            coalesce(cast(landed_role_history.effective_to_at as varchar), ''),
            coalesce(cast(landed_role_history.status as varchar), ''),
            coalesce(cast(landed_role_history.employment_type as varchar), ''),
            coalesce(cast(landed_role_history.job_code as varchar), ''),
            coalesce(cast(landed_role_history.job_title as varchar), ''),
            coalesce(cast(landed_role_history.department as varchar), ''),
            coalesce(cast(landed_role_history.cost_center as varchar), ''),
            coalesce(cast(landed_role_history.site as varchar), ''),
            coalesce(cast(landed_role_history.manager_id as varchar), ''),
            coalesce(cast(landed_role_history.agency as varchar), ''),
            coalesce(cast(landed_role_history.sponsor_id as varchar), ''),
            coalesce(cast(landed_role_history.contract_end_on as varchar), ''),
            coalesce(cast(landed_role_history.task_scope as varchar), ''),
            coalesce(cast(landed_role_history.event_reason as varchar), '')
        ) as content,
        rosters.source,
        rosters.loaded_at,
        rosters.is_undated,
        rosters.roster_number,
        rosters.load_order,
    from landed_role_history
    inner join rosters on landed_role_history.load_id = rosters.load_id
    where
        not coalesce(landed_role_history.is_deleted, false)
        and (landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters))
),

-- A roster without dates says one thing of an assignment: the last.
keep_last_words as (
    select
        *,
        row_number() over (
            partition by source, roster_number, worker_id, assignment_key
            order by sequence desc, load_order desc, row_number desc
        ) as word_rank,
    from roster_rows
),

find_news as (
    select
        *,
        lag(content) over (
            partition by source, worker_id, assignment_key
            order by roster_number, load_order, row_number
        ) as previous_content,
    from keep_last_words
    where not is_undated or word_rank = 1
),

keep_news as (
    select *
    from find_news
    where not (is_undated and previous_content is not distinct from content)
),

place_rows as (
    select
        *,
        -- what a later roster says of the assignment replaces all that is not older than its earliest row
        min(written_from) over (
            partition by source, worker_id, assignment_key
            order by roster_number
            range between 1 following and unbounded following
        ) as retaken_from,
        min(loaded_at) over (
            partition by
                source, worker_id, assignment_key, effective_from_on, effective_from_local, effective_from_at, sequence,
                status, employment_type, job_code, task_scope, site
        ) as observed_at,
        coalesce(
            bool_or(roster_number = 1 and status in ('active', 'leave', 'suspended')) over (
                partition by
                    source, worker_id, assignment_key, effective_from_on, effective_from_local, effective_from_at
            ),
            false
        ) as is_from_first_snapshot,
    from keep_news
),

final as (
    select
        * exclude (
            written_from, content, loaded_at, is_undated, roster_number, word_rank, previous_content, retaken_from
        ),
    from place_rows
    where retaken_from is null or retaken_from > written_from
)

select * from final
