-- Grain:   one row per assignment, requirement and site it counts for
-- Key:     assignment_key, requirement_key, site_key
-- Answers: which assignments could have earned a requirement?
-- Not for: whether they did (see credential_periods); site_key 0 is any site
with

credits as (
    select
        assignment_intervals.person_key,
        credit_windows.requirement_key,
        case when credit_windows.is_site_specific then credit_windows.site_key else 0 end as site_key,
        assignment_intervals.assignment_key,
        assignment_intervals.assigned_at,
        assignment_intervals.closed_at,
        assignment_intervals.closed_by,
        credit_windows.is_one_of_several,
    from assignment_intervals
    inner join credit_windows
        on assignment_intervals.course_key = credit_windows.course_key
        and assignment_intervals.assigned_at >= credit_windows.valid_from
        and assignment_intervals.assigned_at < credit_windows.valid_to
    where assignment_intervals.person_key is not null
),

final as (
    select * exclude (is_one_of_several)
    from credits
    where not is_one_of_several
    union all
    select distinct * exclude (is_one_of_several)
    from credits
    where is_one_of_several
)

select * from final
