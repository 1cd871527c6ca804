-- Check:        every site is written one way only
-- Feed:         sites
-- Severity:     warning
-- Rows checked: staged_sites, staged_role_history, staged_lms_completions
-- Touches:      site by site, completion_site by site
-- Do:           map the spellings to one site code, in the source or under [sources.values.site]
with

spellings as (
    select 'sites' as feed, site from staged_sites
    union
    select 'role_history' as feed, site from staged_role_history
    union
    select 'lms_completions' as feed, site from staged_lms_completions
),

plain_spellings as (
    select
        feed,
        site,
        regexp_replace(lower(site), '[^[:alnum:]]', '', 'g') as plain_site,
    from spellings
    where site is not null
),

varied as (
    select plain_site
    from plain_spellings
    where plain_site <> ''
    group by plain_site
    having count(distinct site) > 1
),

final as (
    select
        plain_spellings.site,
        plain_spellings.feed,
        plain_spellings.plain_site,
    from plain_spellings
    semi join varied on plain_spellings.plain_site = varied.plain_site
)

select * from final
