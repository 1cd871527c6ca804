-- Grain:   one row
-- Answers: how many active LMS accounts belong to nobody HR knows?
-- Not for: a site's digest: an account of nobody has no site
with final as (
    select
        count(*) filter (where kind = 'orphan') as orphans
    from stale_accounts
)

select * from final
