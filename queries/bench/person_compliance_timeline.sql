-- Grain:   one row per row of compliance_timeline of one worker
-- Key:     that of compliance_timeline
-- Answers: the part of a worker's story that compliance_timeline tells
-- Not for: anything but measuring
select * from compliance_timeline
where worker_id = $worker
order by valid_from
