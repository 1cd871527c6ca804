-- Grain:   one row per completion of a person in scope and credential it earned (one row when it earned none)
-- Answers: which training records stand behind the obligations, and where did each come from?
-- Not for: counting attempts without is_first_row (one attempt may credit several requirements)
with

scoped_workers as (
    select distinct role_states.worker_id
    from role_states
    where role_states.status in ('active', 'leave', 'suspended')
        and role_states.valid_from <= cast($period_to as timestamp)
        and (
            role_states.valid_to is null
            or cast($period_from as timestamp) is null
            or role_states.valid_to > cast($period_from as timestamp)
        )
        and (
            cast($sites as varchar[]) is null
            or list_contains(cast($sites as varchar[]), role_states.site)
        )
        and (
            cast($departments as varchar[]) is null
            or list_contains(cast($departments as varchar[]), role_states.department)
        )
        and (
            cast($workers as varchar[]) is null
            or list_contains(cast($workers as varchar[]), role_states.worker_id)
        )
),

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

persons as (
    select distinct coalesce(staged_workers.person_id, scoped_workers.worker_id) as person_id
    from scoped_workers
    left join staged_workers on scoped_workers.worker_id = staged_workers.worker_id
),

records as (
    select
        staged_lms_completions.*,
        account_links.worker_id,
    from staged_lms_completions
    inner join account_links
        on staged_lms_completions.account_id = account_links.account_id
        and account_links.status = 'linked'
    semi join persons on account_links.person_id = persons.person_id
    where staged_lms_completions.completed_at <= cast($period_to as timestamp)
        and (
            (cast($authorities as varchar[]) is null and cast($citations as varchar[]) is null)
            or staged_lms_completions.course_id in (
                select policy_course_credits.course_id
                from policy_course_credits
                semi join asked_requirements
                    on policy_course_credits.requirement_id = asked_requirements.requirement_id
            )
        )
),

courses as (
    select staged_lms_courses.course_id, min(staged_lms_courses.title) as title,
    from staged_lms_courses
    group by staged_lms_courses.course_id
),

credentials as (
    select credential_periods.*
    from credential_periods
    semi join scoped_workers on credential_periods.worker_id = scoped_workers.worker_id
    semi join asked_requirements on credential_periods.requirement_id = asked_requirements.requirement_id
),

final as (
    select
        records.completion_id,
        coalesce(credentials.worker_id, records.worker_id) as worker_id,
        staged_workers.full_name,
        records.account_id,
        records.course_id,
        courses.title as course_title,
        records.course_version,
        records.completed_at,
        records.result,
        records.score,
        records.evaluator,
        records.verification_method,
        records.site,
        records.expires_at,
        credentials.requirement_id,
        credentials.valid_from,
        credentials.valid_to,
        credentials.ended_by,
        records.recorded_at,
        records.load_id,
        loads.address,
        records.row_number,
        row_number() over (
            partition by records.source, records.load_id, records.row_number, records.completion_id
            order by credentials.worker_id, credentials.requirement_id, credentials.site
        ) = 1 as is_first_row,
    from records
    left join credentials on records.completion_id = credentials.completion_id
    left join staged_workers on coalesce(credentials.worker_id, records.worker_id) = staged_workers.worker_id
    left join courses on records.course_id = courses.course_id
    left join loads on records.load_id = loads.load_id
    order by
        records.worker_id,
        records.completed_at,
        records.completion_id,
        records.source,
        records.load_id,
        records.row_number,
        credentials.worker_id,
        credentials.requirement_id,
        credentials.site
)

select * from final
