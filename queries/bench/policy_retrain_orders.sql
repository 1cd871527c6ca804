-- Grain:   one row per retrain order of the generated company
-- Key:     row_number
-- Answers: one order for a site
-- Not for: anything but measuring
select
    'R105' as requirement_id,
    'S107' as site,
    date '2023-05-01' as effective_on,
    'generated' as reason,
    'generated' as file_name,
    2 as row_number,
