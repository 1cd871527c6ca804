-- Grain:   one row per completion or assignment, load and column in which it differs from the load before that had it
-- Key:     feed, source, record_id, change, column_name, load_id
-- Answers: which training records were altered, back-dated or left out between the loads of a source?
-- Not for: sources that send additions or changes alone (they say themselves what they change)
with

batches as (
    select
        known_loads.feed,
        known_loads.source,
        known_loads.content_load_id as load_id,
        known_loads.loaded_at,
        known_loads.load_order,
        dense_rank() over (
            partition by known_loads.source
            order by known_loads.loaded_at, known_loads.sequence
        ) as batch_number,
        min(known_loads.load_id) over (
            partition by known_loads.source, known_loads.loaded_at, known_loads.sequence
        ) as batch_load_id,
    from known_loads
    inner join loads on known_loads.load_id = loads.load_id
    where
        known_loads.feed in ('lms_completions', 'lms_assignments')
        and loads.mode in ('full', 'snapshot')
        and loads.carries is distinct from 'changes'
),

batch_names as (
    select distinct source, batch_number, batch_load_id, loaded_at
    from batches
),

sightings as (
    select
        batches.feed,
        batches.source,
        batches.batch_number,
        batches.batch_load_id,
        batches.loaded_at,
        batches.load_order,
        landed_lms_completions.row_number,
        landed_lms_completions.completion_id as record_id,
        cast(landed_lms_completions.account_id as varchar) as account_id,
        cast(landed_lms_completions.course_id as varchar) as course_id,
        cast(landed_lms_completions.completed_at as varchar) as completed_at,
        cast(landed_lms_completions.result as varchar) as result,
        cast(landed_lms_completions.score as varchar) as score,
        cast(landed_lms_completions.expires_at as varchar) as expires_at,
        cast(landed_lms_completions.site as varchar) as site,
        cast(landed_lms_completions.course_version as varchar) as course_version,
        cast(landed_lms_completions.evaluator as varchar) as evaluator,
        cast(landed_lms_completions.verification_method as varchar) as verification_method,
        cast(null as varchar) as assigned_at,
        cast(null as varchar) as due_at,
        cast(null as varchar) as removed_at,
        cast(null as varchar) as origin,
    from landed_lms_completions
    inner join batches on landed_lms_completions.load_id = batches.load_id
    where
        batches.feed = 'lms_completions'
        and not coalesce(landed_lms_completions.is_deleted, false)
        and (landed_lms_completions.recorded_at is null or landed_lms_completions.recorded_at <= (select known_at from run_parameters))
    union all
    select
        batches.feed,
        batches.source,
        batches.batch_number,
        batches.batch_load_id,
        batches.loaded_at,
        batches.load_order,
        landed_lms_assignments.row_number,
        landed_lms_assignments.assignment_id as record_id,
        cast(landed_lms_assignments.account_id as varchar) as account_id,
        cast(landed_lms_assignments.course_id as varchar) as course_id,
        cast(null as varchar) as completed_at,
        cast(null as varchar) as result,
        cast(null as varchar) as score,
        cast(null as varchar) as expires_at,
        cast(null as varchar) as site,
        cast(null as varchar) as course_version,
        cast(null as varchar) as evaluator,
        cast(null as varchar) as verification_method,
        cast(landed_lms_assignments.assigned_at as varchar) as assigned_at,
        cast(landed_lms_assignments.due_at as varchar) as due_at,
        cast(landed_lms_assignments.removed_at as varchar) as removed_at,
        cast(landed_lms_assignments.origin as varchar) as origin,
    from landed_lms_assignments
    inner join batches on landed_lms_assignments.load_id = batches.load_id
    where
        batches.feed = 'lms_assignments'
        and not coalesce(landed_lms_assignments.is_deleted, false)
),

digest_sightings as (
    select
        *,
        concat_ws(
            chr(31),
            coalesce(account_id, ''),
            coalesce(course_id, ''),
            coalesce(completed_at, ''),
            coalesce(result, ''),
            coalesce(score, ''),
            coalesce(expires_at, ''),
            coalesce(site, ''),
            coalesce(course_version, ''),
            coalesce(evaluator, ''),
            coalesce(verification_method, ''),
            coalesce(assigned_at, ''),
            coalesce(due_at, ''),
            coalesce(removed_at, ''),
            coalesce(origin, '')
        ) as content,
    from sightings
),

newest_batches as (
    select source, max(batch_number) as newest_batch_number
    from batches
    group by source
),

-- Most records are the same in every load: only the others are put in order.
records_that_differ as (
    select digest_sightings.feed, digest_sightings.source, digest_sightings.record_id
    from digest_sightings
    inner join newest_batches on digest_sightings.source = newest_batches.source
    group by digest_sightings.feed, digest_sightings.source, digest_sightings.record_id
    having
        min(digest_sightings.content) <> max(digest_sightings.content)
        or count(distinct digest_sightings.batch_number)
        <= max(newest_batches.newest_batch_number) - min(digest_sightings.batch_number)
),

rank_words as (
    select
        digest_sightings.*,
        row_number() over (
            partition by
                digest_sightings.feed, digest_sightings.source, digest_sightings.record_id, digest_sightings.batch_number
            order by digest_sightings.load_order desc, digest_sightings.row_number desc
        ) as word_rank,
    from digest_sightings
    semi join records_that_differ
        on digest_sightings.feed = records_that_differ.feed
        and digest_sightings.source = records_that_differ.source
        and digest_sightings.record_id = records_that_differ.record_id
),

compare_sightings as (
    select
        *,
        lag(batch_load_id) over by_batch as previous_load_id,
        lead(batch_number) over by_batch as next_batch_number,
        lag(account_id) over by_batch as previous_account_id,
        lag(course_id) over by_batch as previous_course_id,
        lag(completed_at) over by_batch as previous_completed_at,
        lag(result) over by_batch as previous_result,
        lag(score) over by_batch as previous_score,
        lag(expires_at) over by_batch as previous_expires_at,
        lag(site) over by_batch as previous_site,
        lag(course_version) over by_batch as previous_course_version,
        lag(evaluator) over by_batch as previous_evaluator,
        lag(verification_method) over by_batch as previous_verification_method,
        lag(assigned_at) over by_batch as previous_assigned_at,
        lag(due_at) over by_batch as previous_due_at,
        lag(removed_at) over by_batch as previous_removed_at,
        lag(origin) over by_batch as previous_origin,
    from rank_words
    where word_rank = 1
    window by_batch as (
        partition by feed, source, record_id
        order by batch_number
    )
),

altered_columns as (
    select *
    from (
        values
            ('account_id'),
            ('course_id'),
            ('completed_at'),
            ('result'),
            ('score'),
            ('expires_at'),
            ('site'),
            ('course_version'),
            ('evaluator'),
            ('verification_method'),
            ('assigned_at'),
            ('due_at'),
            ('removed_at'),
            ('origin')
    ) as altered_columns (column_name)
),

name_values as (
    select
        compare_sightings.feed,
        compare_sightings.source,
        compare_sightings.record_id,
        altered_columns.column_name,
        case altered_columns.column_name
            when 'account_id' then compare_sightings.previous_account_id
            when 'course_id' then compare_sightings.previous_course_id
            when 'completed_at' then compare_sightings.previous_completed_at
            when 'result' then compare_sightings.previous_result
            when 'score' then compare_sightings.previous_score
            when 'expires_at' then compare_sightings.previous_expires_at
            when 'site' then compare_sightings.previous_site
            when 'course_version' then compare_sightings.previous_course_version
            when 'evaluator' then compare_sightings.previous_evaluator
            when 'verification_method' then compare_sightings.previous_verification_method
            when 'assigned_at' then compare_sightings.previous_assigned_at
            when 'due_at' then compare_sightings.previous_due_at
            when 'removed_at' then compare_sightings.previous_removed_at
            when 'origin' then compare_sightings.previous_origin
        end as old_value,
        case altered_columns.column_name
            when 'account_id' then compare_sightings.account_id
            when 'course_id' then compare_sightings.course_id
            when 'completed_at' then compare_sightings.completed_at
            when 'result' then compare_sightings.result
            when 'score' then compare_sightings.score
            when 'expires_at' then compare_sightings.expires_at
            when 'site' then compare_sightings.site
            when 'course_version' then compare_sightings.course_version
            when 'evaluator' then compare_sightings.evaluator
            when 'verification_method' then compare_sightings.verification_method
            when 'assigned_at' then compare_sightings.assigned_at
            when 'due_at' then compare_sightings.due_at
            when 'removed_at' then compare_sightings.removed_at
            when 'origin' then compare_sightings.origin
        end as new_value,
        compare_sightings.account_id,
        compare_sightings.course_id,
        compare_sightings.completed_at,
        compare_sightings.batch_load_id,
        compare_sightings.previous_load_id,
        compare_sightings.loaded_at,
    from compare_sightings
    cross join altered_columns
    where compare_sightings.previous_load_id is not null
),

altered as (
    select *
    from name_values
    where old_value is distinct from new_value
),

left_out as (
    select
        compare_sightings.feed,
        compare_sightings.source,
        compare_sightings.record_id,
        compare_sightings.account_id,
        compare_sightings.course_id,
        compare_sightings.completed_at,
        batch_names.batch_load_id,
        compare_sightings.batch_load_id as previous_load_id,
        batch_names.loaded_at,
    from compare_sightings
    inner join batch_names
        on compare_sightings.source = batch_names.source
        and batch_names.batch_number = compare_sightings.batch_number + 1
    where
        compare_sightings.next_batch_number is null
        or compare_sightings.next_batch_number > compare_sightings.batch_number + 1
),

final as (
    select
        feed,
        source,
        record_id,
        case
            when column_name = 'completed_at' and cast(new_value as timestamp) < cast(old_value as timestamp)
            then 'back_dated'
            else 'altered'
        end as change,
        column_name,
        old_value,
        new_value,
        batch_load_id as load_id,
        previous_load_id,
        loaded_at as observed_at,
        account_id,
        course_id,
        cast(completed_at as timestamp) as completed_at,
    from altered
    where not (column_name = 'removed_at' and old_value is null)
    union all
    select
        feed,
        source,
        record_id,
        case when feed = 'lms_assignments' then 'removed' else 'vanished' end as change,
        '' as column_name,
        null as old_value,
        null as new_value,
        batch_load_id as load_id,
        previous_load_id,
        loaded_at as observed_at,
        account_id,
        course_id,
        cast(completed_at as timestamp) as completed_at,
    from left_out
)

select * from final
