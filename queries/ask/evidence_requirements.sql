-- Grain:   one row per requirement and rule (one row for a requirement without rules)
-- Answers: what is required of whom, by which citation, met by which courses, for how long?
-- Not for: who it applied to on a day (see the obligations)
with

asked_requirements as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.is_site_specific,
    from policy_requirements
    where (
        cast($authorities as varchar[]) is null
        or list_contains(cast($authorities as varchar[]), policy_requirements.authority)
    )
    and (
        cast($citations as varchar[]) is null
        or exists (
            select 1
            from (
                select policy_requirements.citation
                union all
                select policy_requirement_rules.citation
                from policy_requirement_rules
                where policy_requirement_rules.requirement_id = policy_requirements.requirement_id
            ) as stated
            cross join (select unnest(cast($citations as varchar[])) as citation) as asked
            where starts_with(stated.citation, asked.citation)
                and not regexp_matches(substr(stated.citation, length(asked.citation) + 1, 1), '[0-9A-Za-z]')
        )
    )
),

credits as (
    select
        policy_course_credits.requirement_id,
        string_agg(
            concat_ws(
                ' ',
                policy_course_credits.course_id,
                'at ' || policy_course_credits.site,
                'from ' || cast(policy_course_credits.valid_from as varchar),
                'before ' || cast(policy_course_credits.valid_to as varchar)
            ),
            '; '
            order by policy_course_credits.course_id, policy_course_credits.row_number
        ) as courses,
    from policy_course_credits
    group by policy_course_credits.requirement_id
),

final as (
    select
        policy_requirements.requirement_id,
        policy_requirements.title,
        policy_requirements.authority,
        policy_requirements.citation,
        policy_requirements.severity,
        policy_requirements.validity_months,
        policy_requirements.grace_days,
        policy_requirements.is_site_specific,
        replace(policy_requirements.retrain_on, ';', '; ') as retrain_on,
        credits.courses,
        replace(policy_requirements.required_evidence, ';', '; ') as required_evidence,
        policy_requirements.retention_basis,
        policy_requirements.retention_years,
        policy_requirement_rules.rule_id,
        case
            when policy_requirement_rules.rule_id is null then null
            else coalesce(
                nullif(
                    concat_ws(
                        ', and ',
                        'job code ' || policy_requirement_rules.job_code,
                        'training profile ' || policy_requirement_rules.training_profile,
                        'department ' || policy_requirement_rules.department,
                        'site ' || policy_requirement_rules.site,
                        'facility type ' || policy_requirement_rules.facility_type,
                        'employment type ' || policy_requirement_rules.employment_type,
                        'task ' || policy_requirement_rules.task_scope
                    ),
                    ''
                ),
                'everyone'
            )
        end as applies_to,
        policy_requirement_rules.effective_from,
        policy_requirement_rules.effective_to,
        policy_requirement_rules.citation as rule_citation,
        concat_ws(' row ', policy_requirement_rules.file_name, cast(policy_requirement_rules.row_number as varchar))
            as rule_source,
        row_number() over (
            partition by policy_requirements.requirement_id
            order by policy_requirement_rules.rule_id, policy_requirement_rules.row_number
        ) = 1 as is_first_row,
    from policy_requirements
    semi join asked_requirements on policy_requirements.requirement_id = asked_requirements.requirement_id
    left join policy_requirement_rules
        on policy_requirements.requirement_id = policy_requirement_rules.requirement_id
    left join credits on policy_requirements.requirement_id = credits.requirement_id
    order by
        policy_requirements.requirement_id,
        policy_requirement_rules.rule_id,
        policy_requirement_rules.row_number
)

select * from final
