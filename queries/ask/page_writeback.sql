-- Grain:   one row per status
-- Answers: how many completions came back to the HRIS, how late, and how many differ?
-- Not for: single completions (page_writeback_rows)
select
    status as writeback_status,
    count(*) as completions,
    median(latency_hours) as median_latency_hours
from writeback
group by status
order by
    case status
        when 'missing_in_hris' then 0
        when 'missing_in_lms' then 1
        when 'different_result' then 2
        when 'different_time' then 3
        when 'late' then 4
        when 'pending' then 5
        else 6
    end
