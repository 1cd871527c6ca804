-- Check:        every completion that earns a credential carries the evidence its requirement asks for
-- Feed:         lms_completions
-- Severity:     warning
-- Rows checked: credential_periods
-- Touches:      account by account_id and requirement_id
-- Do:           complete the record in the LMS; the training counts, but an auditor will ask for what is missing
with

completion_evidence as (
    select
        completion_id,
        account_id,
        course_id,
        [
            case when completed_at is not null then 'completed_at' end,
            case when score is not null then 'score' end,
            case when expires_at is not null then 'expires_at' end,
            case when recorded_at is not null then 'recorded_at' end,
            case when site is not null then 'site' end,
            case when course_version is not null then 'course_version' end,
            case when evaluator is not null then 'evaluator' end,
            case when verification_method is not null then 'verification_method' end,
            'completion_id',
            'account_id',
            'course_id',
            'result'
        ] as columns_present,
    from staged_lms_completions
),

asked_evidence as (
    select
        requirement_id,
        trim(unnest(string_split(required_evidence, ';'))) as asked_column,
    from policy_requirements
    where required_evidence is not null
),

final as (
    select distinct
        credential_periods.completion_id,
        credential_periods.requirement_id,
        asked_evidence.asked_column as missing_column,
        completion_evidence.account_id,
    from credential_periods
    inner join asked_evidence on credential_periods.requirement_id = asked_evidence.requirement_id
    inner join completion_evidence on credential_periods.completion_id = completion_evidence.completion_id
    where
        asked_evidence.asked_column <> ''
        and not list_contains(completion_evidence.columns_present, asked_evidence.asked_column)
)

select * from final
