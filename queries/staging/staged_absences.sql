-- Grain:   one row per worker's assignment and unbroken run of rosters that left it out
-- Key:     source, worker_id, assignment_key, absent_since
-- Answers: who was missing from a roster (absent_from_snapshot), since when, and until when?
-- Not for: terminations: who is missing keeps the last state; present_again_at is NULL for who is missing still
with

rosters as (
    select distinct
        source,
        content_load_id as load_id,
        loaded_at,
        dense_rank() over (partition by source order by loaded_at, sequence) as roster_number,
    from known_loads
    where feed = 'role_history' and mode = 'snapshot' and is_in_force
),

roster_dates as (
    select
        source,
        roster_number,
        max(loaded_at) as loaded_at,
    from rosters
    group by source, roster_number
),

sightings as (
    select
        rosters.source,
        landed_role_history.worker_id,
        landed_role_history.assignment_key,
        rosters.roster_number,
        max(rosters.loaded_at) as loaded_at,
        bool_and(landed_role_history.status = 'terminated') as is_ended,
    from landed_role_history
    inner join rosters on landed_role_history.load_id = rosters.load_id
    where
        not coalesce(landed_role_history.is_deleted, false)
        and (landed_role_history.recorded_at is null or landed_role_history.recorded_at <= (select known_at from run_parameters))
    group by rosters.source, landed_role_history.worker_id, landed_role_history.assignment_key, rosters.roster_number
),

next_sightings as (
    select
        *,
        lead(roster_number) over by_roster as next_roster_number,
        lead(loaded_at) over by_roster as next_loaded_at,
    from sightings
    window by_roster as (
        partition by source, worker_id, assignment_key
        order by roster_number
    )
),

final as (
    select
        next_sightings.source,
        next_sightings.worker_id,
        next_sightings.assignment_key,
        'absent_from_snapshot' as finding,
        next_sightings.loaded_at as last_seen_at,
        roster_dates.loaded_at as absent_since,
        next_sightings.next_loaded_at as present_again_at,
        next_sightings.is_ended,
    from next_sightings
    inner join roster_dates
        on next_sightings.source = roster_dates.source
        and roster_dates.roster_number = next_sightings.roster_number + 1
    where
        next_sightings.next_roster_number is null
        or next_sightings.next_roster_number > next_sightings.roster_number + 1
)

select * from final
