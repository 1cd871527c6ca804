-- Grain:   one row per source and landed load whose rows are in force
-- Key:     source, load_id
-- Answers: which landed rows does the run read? (full: the newest batch of a source; other modes: all of them)
-- Not for: the history of what a source said (see known_loads)
with

final as (
    select
        source,
        feed,
        content_load_id as load_id,
        max(loaded_at) as loaded_at,
        max(source_timezone) as source_timezone,
    from known_loads
    where mode <> 'full' or batch_rank = 1
    group by source, feed, content_load_id
)

select * from final
