"""``gapwatch.toml`` of both deliveries and the digest's recipients of a simulated company.

Owns the mapping that reads the vendor shapes of ``vendors`` back into canonical columns.
"""

from __future__ import annotations

from typing import Final

SETTINGS: Final = """\
# A simulated company. Every file is the same for the same arguments; nobody in it exists.
# Its time ends at the as_of of answers.json (2026-10-31T18:00:00Z):
#     gapwatch load --config earlier/gapwatch.toml --loaded-at 2026-10-30T18:00:00Z
#                                                       first: what the LMS had delivered the day before
#     gapwatch run --loaded-at 2026-10-31T18:00:00Z     speaks about that instant
#     gapwatch run                                      takes the clock
#     gapwatch score answers.json                       compares at the as_of of answers.json

[organisation]
name = "Meridian Industries"
timezone = "America/Chicago"

[warehouse]
path = "warehouse"

[policy]
path = "policy"

[digest]
recipients = "recipients.csv"

[[sources]]
name = "hr_workers"
feed = "workers"
path = "feeds/workers.csv"
expect_every_hours = 24

[[sources]]
name = "hr_food"
feed = "role_history"
path = "feeds/food/role_history.csv"
timezone = "America/Los_Angeles"
expect_every_hours = 24

[[sources]]
name = "hr_chemical"
feed = "role_history"
path = "feeds/chemical/job_history.json"
format = "json"
records = "Report_Entry"
timezone = "America/Chicago"
termination_dates = "last_day"
expect_every_hours = 24
[sources.columns]
worker_id = "Employee_ID"
assignment_key = "Position_ID"
effective_from = "Effective_Date"
sequence = "Sequence"
recorded_at = "Entry_DateTime"
status = "Worker_Status"
employment_type = "Worker_Type"
job_code = "Job_Code"
job_title = "Business_Title"
department = "Department"
cost_center = "Cost_Center"
site = "Location_ID"
manager_id = "Manager_ID"
agency = "Supplier"
sponsor_id = "Sponsor_ID"
contract_end_on = "Contract_End_Date"
task_scope = "Task_Scope"
event_reason = "Event_Reason"
[sources.values.status]
"Active" = "active"
"On Leave" = "leave"
"Suspended" = "suspended"
"Terminated" = "terminated"
"Pre-Hire" = "prehire"
[sources.values.employment_type]
"Employee" = "employee"
"Contingent Worker" = "contractor"

[[sources]]
name = "hr_hospitals"
feed = "role_history"
path = "feeds/hospitals/EmpJob.json"
format = "json"
records = "d.results"
timezone = "America/New_York"
end_dates = "inclusive"
expect_every_hours = 24
[sources.columns]
worker_id = "userId"
assignment_key = "customString1"
effective_from = "cast(epoch_ms(cast(regexp_extract(startDate, '-?[0-9]+') as bigint)) as date)"
sequence = "seqNumber"
effective_to = "cast(epoch_ms(cast(regexp_extract(endDate, '-?[0-9]+') as bigint)) as date)"
recorded_at = '''strftime(
    epoch_ms(cast(regexp_extract(createdDateTime, '-?[0-9]+') as bigint)), '%Y-%m-%dT%H:%M:%SZ')'''
status = "emplStatus"
employment_type = "employmentType"
job_code = "jobCode"
job_title = "jobTitle"
department = "department"
cost_center = "costCenter"
site = "location"
manager_id = "managerId"
agency = "customString3"
sponsor_id = "customString4"
contract_end_on = "cast(epoch_ms(cast(regexp_extract(contractEndDate, '-?[0-9]+') as bigint)) as date)"
event_reason = "eventReason"
[sources.values.status]
"A" = "active"
"U" = "leave"
"S" = "suspended"
"T" = "terminated"
"N" = "prehire"
[sources.values.employment_type]
"Employee" = "employee"
"Agency" = "agency"

[[sources]]
name = "hr_sites"
feed = "sites"
path = "feeds/sites.csv"

[[sources]]
name = "hr_jobs"
feed = "jobs"
path = "feeds/jobs.csv"

[[sources]]
name = "lms_accounts"
feed = "lms_accounts"
path = "feeds/lms/accounts.csv"
timezone = "America/Chicago"
expect_every_hours = 24

[[sources]]
name = "lms_logins"
feed = "lms_logins"
path = "feeds/lms/logins.ndjson"
format = "json"
timezone = "America/Chicago"
expect_every_hours = 24

[[sources]]
name = "lms_courses"
feed = "lms_courses"
path = "feeds/lms/courses.parquet"
timezone = "America/Chicago"

[[sources]]
name = "lms_assignments"
feed = "lms_assignments"
path = "feeds/lms/assignments.csv"
timezone = "America/Chicago"
expect_every_hours = 24

[[sources]]
name = "lms_completions"
feed = "lms_completions"
path = "feeds/lms/completions.csv"
timezone = "America/Chicago"
expect_every_hours = 24

[[sources]]
name = "sync_runs"
feed = "sync_runs"
path = "feeds/integration/sync_runs.csv"
expect_every_hours = 24

[[sources]]
name = "sync_errors"
feed = "sync_errors"
path = "feeds/integration/sync_errors.csv"
expect_every_hours = 24

[[sources]]
name = "hris_training_records"
feed = "hris_training_records"
path = "feeds/hris_training_records.csv"
expect_every_hours = 24
"""

EARLIER_SETTINGS: Final = """\
# What the LMS of the simulated company delivered a day before the last files. Loaded first, it shows which training
# records somebody changed or took out between the two deliveries:
#     gapwatch load --config earlier/gapwatch.toml --loaded-at 2026-10-30T18:00:00Z
#     gapwatch run --loaded-at 2026-10-31T18:00:00Z

[organisation]
name = "Meridian Industries"
timezone = "America/Chicago"

[warehouse]
path = "../warehouse"

[policy]
path = "../policy"

[[sources]]
name = "lms_assignments"
feed = "lms_assignments"
path = "assignments.csv.gz"
timezone = "America/Chicago"
expect_every_hours = 24

[[sources]]
name = "lms_completions"
feed = "lms_completions"
path = "completions.csv.gz"
timezone = "America/Chicago"
expect_every_hours = 24
"""

RECIPIENTS: Final = """\
email,name,site
n.quispe@meridian.example,Naomi Quispe,
plant.training@meridian.example,Fresno training desk,FRS1
depot.training@meridian.example,Joliet training desk,FDC1
ehs.bayport@meridian.example,Bayport EHS,BAY1
education.general@meridian.example,Clinical education General,HNY1
education.lakeside@meridian.example,Clinical education Lakeside,HNY2
education.childrens@meridian.example,Clinical education Children's,HNY3
"""
