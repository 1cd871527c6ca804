"""The tables of a generation that the workbook reads, with the columns it uses (staged tables: from the feeds)."""

from __future__ import annotations

PUBLISHED = {
    "run_parameters": "run_id varchar, as_of timestamp, known_at timestamp, policy_sha256 varchar,"
    " organisation_name varchar, organisation_timezone varchar, built_at timestamp, gapwatch_version varchar,"
    " licence_price_per_month double, licence_currency varchar",
    "loads": "load_id varchar, source varchar, feed varchar, mode varchar, address varchar, sha256 varchar,"
    " bytes bigint, loaded_at timestamp, rows_read bigint, rows_accepted bigint, rows_rejected bigint,"
    " status varchar, reason varchar, timezone varchar, effective_min date, effective_max date",
    "rejects": "load_id varchar, row_number bigint, column_name varchar, raw_value varchar, reason varchar",
    "sources": "source varchar, feed varchar, path varchar, mode varchar, timezone varchar,"
    " covers_from timestamp, expect_every_hours double",
    "models": "model varchar, folder varchar, sql varchar, sql_sha256 varchar",
    "feed_health": "source varchar, feed varchar, mode varchar, status varchar, newest_loaded_at timestamp,"
    " age_hours double, expect_every_hours double, covers_from timestamp, loads bigint, held_loads bigint,"
    " files bigint, rows_read bigint, rows_accepted bigint, rows_rejected bigint, drifted_columns bigint,"
    " effective_min date, effective_max date",
    "check_results": "check_id varchar, feed varchar, severity varchar, status varchar,"
    " rows_checked bigint, rows_failed bigint, detail varchar",
    "policy_requirements": "requirement_id varchar, title varchar, citation varchar, authority varchar,"
    " severity varchar, validity_months bigint, grace_days double, is_site_specific boolean,"
    " retrain_on varchar, required_evidence varchar, retention_basis varchar, retention_years double,"
    " file_name varchar, row_number bigint",
    "policy_requirement_rules": "rule_id varchar, requirement_id varchar, job_code varchar,"
    " training_profile varchar, department varchar, site varchar, facility_type varchar,"
    " employment_type varchar, task_scope varchar, effective_from date, effective_to date, citation varchar,"
    " file_name varchar, row_number bigint",
    "policy_course_credits": "course_id varchar, requirement_id varchar, site varchar, valid_from date,"
    " valid_to date, file_name varchar, row_number bigint",
    "policy_exceptions": "exception_id varchar, worker_id varchar, requirement_id varchar, kind varchar,"
    " starts_on date, ends_on date, reason varchar, requested_by varchar, approved_by varchar,"
    " approved_at timestamp, file_name varchar, row_number bigint",
    "exception_effects": "exception_id varchar, no_effect_because varchar",
    "exception_windows": "exception_id varchar, timezone varchar, valid_from timestamp, valid_to timestamp",
    "policy_retrain_orders": "requirement_id varchar, site varchar, effective_on date, reason varchar",
    "policy_event_slas": "event_type varchar, action varchar, facility_type varchar, max_hours double",
    "policy_identity_overrides": "account_id varchar, worker_id varchar, decided_by varchar,"
    " decided_at timestamp, reason varchar",
    "account_links": "account_id varchar, worker_id varchar, person_id varchar, status varchar, method varchar",
    "role_states": "worker_id varchar, assignment_key varchar, valid_from timestamp, valid_to timestamp,"
    " status varchar, employment_type varchar, job_code varchar, job_title varchar,"
    " training_profile varchar, department varchar, cost_center varchar, site varchar,"
    " facility_type varchar, manager_id varchar, agency varchar, sponsor_id varchar, contract_end_on date,"
    " task_scope varchar, recorded_at timestamp",
    "hr_events": "event_id varchar, worker_id varchar, assignment_key varchar, event_type varchar,"
    " effective_at timestamp, recorded_at timestamp, job_code varchar, previous_job_code varchar,"
    " site varchar, previous_site varchar",
    "requirement_periods": "worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp,"
    " valid_to timestamp, rule_ids varchar",
    "credential_periods": "worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp,"
    " valid_to timestamp, kind varchar, completion_id varchar, ended_by varchar",
    "compliance_timeline": "worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp,"
    " valid_to timestamp, state varchar, cause varchar, owner varchar",
    "gaps": "gap_id varchar, worker_id varchar, person_id varchar, requirement_id varchar, site varchar,"
    " opened_at timestamp, closed_at timestamp, closed_by varchar, exposure_days double,"
    " first_cause varchar, cause varchar, owner varchar, severity varchar, citation varchar,"
    " job_code varchar, department varchar, role_site varchar, event_id varchar",
    "event_responses": "event_id varchar, worker_id varchar, event_type varchar, effective_at timestamp,"
    " action varchar, requirement_id varchar, site varchar, clock_at timestamp, due_at timestamp,"
    " responded_at timestamp, latency_hours double, verdict varchar",
    "stale_accounts": "kind varchar, account_id varchar, worker_id varchar, ended_at timestamp,"
    " ended_by varchar, active_until timestamp, days_active double, logins_after bigint,"
    " open_assignments bigint, is_open boolean, is_within_sla boolean",
    "deficient_records": "worker_id varchar, requirement_id varchar, site varchar, completion_id varchar,"
    " citation varchar, missing_fields varchar",
    "record_changes": "feed varchar, source varchar, record_id varchar, change varchar, column_name varchar,"
    " old_value varchar, new_value varchar, load_id varchar, previous_load_id varchar, observed_at timestamp,"
    " account_id varchar, course_id varchar, completed_at timestamp",
    "integration_health": "integration varchar, method varchar, site varchar, first_run_at timestamp,"
    " last_ok_at timestamp, runs bigint, failed bigint, success_pct double, silent_days bigint,"
    " records_in bigint, records_failed bigint",
    "sync_outages": "integration varchar, started_at timestamp, ended_at timestamp, site varchar, method varchar,"
    " failed_runs bigint, silent_days bigint",
    "reactivated_accounts": "account_id varchar, ended_at timestamp, reactivated_at timestamp",
    "stopped_sources": "source varchar, feed varchar, status varchar, known_until timestamp, says varchar",
    "unproven_states": "worker_id varchar, requirement_id varchar, site varchar, valid_from timestamp,"
    " valid_to timestamp, state varchar, not_evaluable_from timestamp, rests_on varchar, because varchar",
    "finding_warnings": "finding varchar, finding_id varchar, check_id varchar, feed varchar, severity varchar,"
    " rows_failed bigint, words varchar, what_to_do varchar",
    "compliance": "site varchar, trained bigint, gap bigint, waived bigint, on_leave bigint,"
    " in_grace bigint, not_evaluable bigint",
}
