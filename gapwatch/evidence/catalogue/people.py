"""The sheets about people: population, exclusions, identity."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, TableSheet

WORKER_ID: Final = Column("worker_id", "Number of the worker in the HR system")
FULL_NAME: Final = Column("full_name", "Name as the HR system holds it", heading="Name")
SITE: Final = Column("site", "Site the row is about; empty where nothing is site-specific")

POPULATION: Final = TableSheet(
    name="Population",
    purpose="Everyone in scope in the period, leavers and contractors too, with every role they held",
    question="evidence_population",
    citation="Identity of employees: 29 CFR 1910.119(g)(3), 1910.147(c)(7)(iv), 49 CFR 192.807",
    empty="Nobody was employed in the period and scope asked for.",
    counted=("is_first_row",),
    frozen=2,
    columns=(
        WORKER_ID,
        FULL_NAME,
        Column("person_id", "Number of the person; workers with one person ID are one person"),
        Column(
            "assignment_key",
            "Which of several concurrent assignments; primary is the main one",
            heading="Assignment",
        ),
        Column("employment_type", "employee, contractor, temporary or agency"),
        Column("status", "active, leave or suspended"),
        Column("job_code", "Code of the job held"),
        Column("job_title", "Title of the job held"),
        Column("department", "Department of the role"),
        Column("site", "Site of the role"),
        Column("task_scope", "Tasks the worker may perform, separated by semicolons"),
        Column("agency", "Agency that supplies the worker"),
        Column("sponsor_id", "Employee who answers for the contractor"),
        Column("contract_end_on", "Contracted end, first stated", Kind.DATE, heading="Contract end"),
        Column(
            "valid_from",
            "Effective: from this instant the role was held",
            Kind.INSTANT,
            heading="Effective from (UTC)",
        ),
        Column(
            "valid_to",
            "Effective: from this instant no longer; empty = still",
            Kind.INSTANT,
            heading="Effective to (UTC)",
        ),
        Column("recorded_at", "Recorded: when HR entered it", Kind.INSTANT),
        Column(
            "is_employed_at_end",
            "Whether the worker was employed at the end of the period",
            Kind.YESNO,
            heading="Employed at period end",
        ),
        Column("ended_at", "For leavers: when the last employment ended", Kind.INSTANT),
        Column("ended_by", "For leavers: termination or contract_end"),
        Column(
            "is_first_row",
            "yes on one row per worker: count these to count workers",
            Kind.YESNO,
            heading="First row of worker",
        ),
    ),
)

EXCLUSIONS: Final = TableSheet(
    name="Exclusions",
    purpose="Every known worker left out and every source row rejected, with the rule that did it",
    question="evidence_exclusions",
    citation="Completeness and accuracy of information produced by the organisation",
    empty="Nobody was left out and no source row was rejected.",
    counted=("what", "feed"),
    frozen=2,
    columns=(
        Column("what", "worker (left out of scope) or source row (rejected on loading)"),
        Column("rule", "The rule that left it out; the first that applies", Kind.LONG),
        WORKER_ID,
        Column("feed", "Feed of the rejected row"),
        Column("load_id", "Load of the rejected row (see Sources)"),
        Column("row_number", "Row in the source file; the heading is row 1", Kind.INTEGER),
        Column("column_name", "Column that could not be read"),
        Column("raw_value", "What stood there, unchanged", Kind.LONG),
        Column("reason", "Why it could not be read", Kind.LONG),
    ),
)

IDENTITY: Final = TableSheet(
    name="Identity",
    purpose="How each LMS account was matched to a person; what is ambiguous or unlinked, on both sides",
    question="evidence_identity",
    empty="There are no LMS accounts.",
    counted=("what", "match_status"),
    frozen=2,
    columns=(
        Column("what", "account, or worker (a worker in scope whose person has no account)"),
        Column("account_id", "Number of the LMS account"),
        Column("account_name", "Name as the LMS holds it"),
        Column("account_status", "Status as the LMS holds it"),
        Column(
            "match_status",
            "linked, ambiguous, unlinked, or no account",
            tones={"ambiguous": "gap", "unlinked": "gap", "linked": "trained", "no account": "not_evaluable"},
        ),
        Column("method", "Which match decided: override, worker_ref, email or username"),
        WORKER_ID,
        FULL_NAME,
        Column("person_id", "Number of the person"),
        Column("decided_by", "Who decided a manual match"),
        Column("decided_at", "When", Kind.INSTANT),
        Column("reason", "Why", Kind.LONG),
    ),
)
