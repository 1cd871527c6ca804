-- Grain:   one row per site and job code that anybody ever held there
-- Answers: which roles at which sites can be asked about?
-- Not for: counting heads on a day (page_people_day)
select
    role_states.site,
    max(coalesce(staged_sites.name, role_states.site)) as site_name,
    role_states.job_code,
    max(coalesce(role_states.job_title, role_states.job_code)) as job_title,
    count(distinct role_states.worker_id) as people_ever
from role_states
left join staged_sites on staged_sites.site = role_states.site
where role_states.is_employed and role_states.site is not null and role_states.job_code is not null
group by role_states.site, role_states.job_code
order by role_states.site, people_ever desc, role_states.job_code
