-- Check:        every site that the policy names is in the sites feed
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_course_credits, policy_retrain_orders, policy_requirement_rules
-- Do:           correct the site in the policy table; the row has no effect as it stands
with

named_sites as (
    select 'course_credits' as policy_table, row_number, site from policy_course_credits
    union all
    select 'retrain_orders' as policy_table, row_number, site from policy_retrain_orders
    union all
    select 'requirement_rules' as policy_table, row_number, site
    from policy_requirement_rules
    where not regexp_matches(site, '[*?]')
),

final as (
    select
        named_sites.site,
        named_sites.policy_table,
        named_sites.row_number,
    from named_sites
    anti join staged_sites on named_sites.site = staged_sites.site
    where named_sites.site is not null
)

select * from final
