-- Grain:   one row per site of the generated company
-- Key:     row_number
-- Answers: forty sites in six time zones
-- Not for: anything but measuring
select
    'S' || (100 + number) as site,
    'Site ' || number as name,
    ['America/Chicago', 'America/New_York', 'America/Los_Angeles', 'Europe/Berlin', 'Asia/Singapore', 'Australia/Sydney'][
        1 + number % 6
    ] as timezone,
    ['plant', 'office', 'hospital', 'warehouse'][1 + number % 4] as facility_type,
    ['sftp', 'rest', 'scim', 'middleware', 'manual'][1 + number % 5] as integration_method,
    number + 2 as row_number,
from range(40) as sites (number)
