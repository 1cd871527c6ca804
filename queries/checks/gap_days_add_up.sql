-- Check:        the exposure days of a gap are the sum of its days by cause
-- Feed:         models
-- Severity:     blocking
-- Rows checked: gaps
-- Do:           nothing is published; report it with the rows in check_failures
with

sums as (
    select
        gap_id,
        exposure_days,
        coalesce(days_not_recorded, 0)
        + coalesce(days_no_account, 0)
        + coalesce(days_never_assigned, 0)
        + coalesce(days_assignment_removed, 0)
        + coalesce(days_expired_unassigned, 0)
        + coalesce(days_expired, 0)
        + coalesce(days_not_completed, 0) as days_by_cause,
    from gaps
),

final as (
    select
        gap_id,
        exposure_days,
        days_by_cause,
    from sums
    where exposure_days is null or abs(exposure_days - days_by_cause) > 0.000001
)

select * from final
