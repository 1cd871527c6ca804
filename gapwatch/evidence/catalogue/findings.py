"""The sheets of findings: gaps, HR events and their answers, leavers and accounts."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.catalogue.duties import CITATION, REQUIREMENT_ID, SEVERITY, TITLE
from gapwatch.evidence.catalogue.people import FULL_NAME, WORKER_ID
from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.evidence.styles import OWNERS, VERDICTS

GAPS: Final = TableSheet(
    name="Gaps",
    purpose="Every time required training was missing: since when, why, who owns it, what closed it",
    question="evidence_gaps",
    citation=("29 CFR 1910.119(g), 1910.147(c)(7), 1910.146(g), 1910.178(l), 1910.1030(g)(2); 49 CFR 172.704, 192.805"),
    empty="No gap was open in the period and scope asked for.",
    counted=("is_open_at_period_end", "severity"),
    frozen=3,
    columns=(
        Column("gap_id", "Number of the gap; stable over exports"),
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        TITLE,
        CITATION,
        SEVERITY,
        Column("site", "Site of a site-specific requirement; else empty"),
        Column("role_site", "Site of the role held when it opened"),
        Column("job_code", "Job held when it opened"),
        Column("department", "Department when it opened"),
        Column("opened_at", "The gap began", Kind.INSTANT),
        Column("closed_at", "The gap ended; empty = open", Kind.INSTANT),
        Column("closed_by", "completion, waiver, leave or role_end"),
        Column(
            "is_open_at_period_end",
            "Whether it was open at the end of the period",
            Kind.YESNO,
            heading="Open at period end",
        ),
        Column("exposure_days", "Days of 24 h from opened to closed, or to the as-of instant", Kind.NUMBER),
        Column("first_cause", "Cause when it opened"),
        Column("cause", "Cause now, or when it closed"),
        Column("owner", "Who can close it: hr, integration, training or learner", tones=OWNERS),
        Column("event_id", "HR event at which it opened (see HR events)"),
        Column(
            "closing_completion_ids",
            "Completions that closed it (see Training evidence)",
            heading="Closing completion IDs",
        ),
        Column(
            "warnings",
            "Failed checks of the data on whose rows this gap rests (whole feeds: see Data quality)",
            Kind.LONG,
        ),
        Column(
            "rests_on",
            "Of an open gap: sources that stopped delivering, so that nobody can say whether it is open still; "
            "its state on Obligations is not_evaluable",
            heading="Not evaluable for want of",
        ),
    ),
)

EVENTS: Final = TableSheet(
    name="HR events",
    purpose="Every HR event and each action it called for in the learning system: due, answered, verdict",
    question="evidence_events",
    empty="No HR event happened in the period and scope asked for.",
    counted=("is_first_row", "event_type", "verdict"),
    frozen=3,
    columns=(
        Column("event_id", "Number of the event; stable over exports"),
        WORKER_ID,
        FULL_NAME,
        Column("assignment_key", "Assignment concerned", heading="Assignment"),
        Column(
            "event_type",
            "hire, rehire, contractor_start, role_change, transfer, leave_start, "
            "leave_return, termination or contract_end",
        ),
        Column("effective_at", "When it was true in the world", Kind.INSTANT),
        Column("recorded_at", "When HR entered it", Kind.INSTANT),
        Column("previous_job_code", "Job before"),
        Column("job_code", "Job after"),
        Column("previous_site", "Site before"),
        Column("site", "Site after"),
        Column("action", "Expected action; empty = the event calls for none", heading="Expected action"),
        REQUIREMENT_ID,
        Column("requirement_site", "Site of a site-specific requirement"),
        Column("clock_at", "The later of effective and recorded: the clock starts", Kind.INSTANT),
        Column("sla_hours", "Hours allowed", Kind.NUMBER),
        Column("due_at", "Clock plus hours allowed", Kind.INSTANT),
        Column(
            "responded_at",
            "When the learning system acted; empty = not observed",
            Kind.INSTANT,
            heading="Observed at (UTC)",
        ),
        Column("latency_hours", "Hours from the clock's start to the action; negative = before", Kind.NUMBER),
        Column("verdict", "early, on_time, late, missing, pending or not_evaluable", tones=VERDICTS),
        Column(
            "is_first_row",
            "yes on one row per event: count these to count events",
            Kind.YESNO,
            heading="First row of event",
        ),
    ),
)

ACCOUNTS: Final = TableSheet(
    name="Leavers and accounts",
    purpose=(
        "Every termination and contract end with the person's accounts: when closed, "
        "days active after, logins after; orphan accounts"
    ),
    question="evidence_accounts",
    citation="Termination procedures: 45 CFR 164.308(a)(3)(ii)(C)",
    empty="Nobody left, and no account was an orphan, in the period and scope asked for.",
    counted=("kind", "is_first_row", "was_active_after_end", "is_open"),
    frozen=3,
    columns=(
        Column("kind", "leaver (an end of employment), or orphan (an active account that belongs to nobody)"),
        WORKER_ID,
        FULL_NAME,
        Column("event_id", "The end of employment (see HR events)"),
        Column("ended_by", "termination or contract_end"),
        Column("ended_at", "When employment ended", Kind.INSTANT),
        Column("recorded_at", "When HR entered it", Kind.INSTANT),
        Column("site", "Site of the role that ended"),
        Column("account_id", "LMS account of the person; empty = none"),
        Column("account_status", "Its status as the LMS holds it now"),
        Column("deactivated_at", "When the LMS says it was closed", Kind.INSTANT),
        Column(
            "was_active_after_end",
            "Whether it was active at any time after the end and before the person's next start",
            Kind.YESNO,
            heading="Active after end",
        ),
        Column("active_until", "When it was closed; empty with active after end = still active", Kind.INSTANT),
        Column(
            "days_active",
            "Days of 24 h it stayed active after the end",
            Kind.NUMBER,
            heading="Days active after",
        ),
        Column("logins_after", "Logins in that time", Kind.INTEGER),
        Column("open_assignments", "Assignments still open at the as-of instant", Kind.INTEGER),
        Column(
            "is_open",
            "Whether it is active now, with nobody employed behind it",
            Kind.YESNO,
            heading="Still open",
        ),
        Column(
            "is_within_sla",
            "Whether it was closed, or can still be, within the time allowed",
            Kind.YESNO,
            heading="Within SLA",
        ),
        Column("reactivated_at", "When it was opened again after it had been closed", Kind.INSTANT),
        Column(
            "licence_cost",
            "What the seat cost in that time: days active x price per month x 12 / 365; empty = no price is configured",
            Kind.NUMBER,
        ),
        Column("licence_currency", "In which currency"),
        Column("due_at", "When it should have been closed", Kind.INSTANT),
        Column("verdict", "early, on_time, late, missing, pending or not_evaluable", tones=VERDICTS),
        Column(
            "is_first_row",
            "yes on one row per end of employment: count these to count ends",
            Kind.YESNO,
            heading="First row of end",
        ),
    ),
)
