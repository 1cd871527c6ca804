-- Grain:   one row per assignment of the generated company
-- Answers: twenty-four assignments a worker, made up to forty days before the completion they led to
-- Not for: anything but measuring
select
    'T' || substring(completion_id, 2) as assignment_id,
    account_id,
    course_id,
    completed_at - cast(hash(row_number, 31) % (40 * 86400) as integer) * interval '1' second as assigned_at,
    cast(null as timestamp) as due_at,
    case when hash(row_number, 32) % 50 = 0 then completed_at - interval '1' hour end as removed_at,
    'rule' as origin,
    cast(null as varchar) as trigger_event_ref,
    'generated' as source,
    'generated' as load_id,
    row_number,
from staged_lms_completions
where row_number % 5 < 4
