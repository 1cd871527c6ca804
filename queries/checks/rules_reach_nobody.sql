-- Check:        every requirement rule reaches somebody
-- Feed:         policy
-- Severity:     warning
-- Rows checked: policy_requirement_rules
-- Touches:      nothing
-- Do:           compare the rule's job codes, departments and sites with those HR writes, letter by letter
with

rules_that_reach as (
    select distinct trim(unnest(string_split(rule_ids, ';'))) as rule_id
    from requirement_periods
),

final as (
    select
        rules.rule_id,
        rules.requirement_id,
        rules.job_code,
        rules.training_profile,
        rules.department,
        rules.site,
    from policy_requirement_rules as rules
    anti join rules_that_reach on rules.rule_id = rules_that_reach.rule_id
)

select * from final
