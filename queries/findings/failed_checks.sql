-- Grain:   one row per check and feed that did not pass
-- Key:     check_id, feed
-- Answers: which failed checks speak about single findings, and which about all that rests on the feed?
-- Not for: checks that passed (see check_results)
with

-- Followed to single findings a check of this width would say the same of most of them.
weigh_checks as (
    select
        check_results.*,
        check_results.rows_failed > 10000 and check_results.rows_failed * 5 > check_results.rows_checked as is_wide,
    from check_results
    where check_results.status <> 'pass'
),

with_subjects as (
    select distinct check_id, feed
    from check_subjects
),

final as (
    select
        weigh_checks.check_id,
        weigh_checks.feed,
        weigh_checks.severity,
        weigh_checks.status,
        weigh_checks.rows_checked,
        weigh_checks.rows_failed,
        case
            when weigh_checks.status = 'error' then weigh_checks.detail
            else check_texts.must_hold
        end as words,
        check_texts.what_to_do,
        with_subjects.check_id is null or weigh_checks.status = 'error' or weigh_checks.is_wide as is_general,
    from weigh_checks
    left join check_texts on weigh_checks.check_id = check_texts.check_id
    left join with_subjects
        on weigh_checks.check_id = with_subjects.check_id
        and weigh_checks.feed = with_subjects.feed
)

select * from final
