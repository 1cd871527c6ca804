-- Grain:   one row per model of the run
-- Answers: which SQL made each table?
-- Not for: the questions asked of those tables
with

final as (
    select
        models.model,
        models.folder,
        models.sql,
        models.sql_sha256,
    from models
    order by models.folder, models.model
)

select * from final
