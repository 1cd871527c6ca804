"""The sheets about what is required and what was done: requirements, obligations, training, exceptions."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.catalogue.people import FULL_NAME, SITE, WORKER_ID
from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.evidence.styles import OWNERS, SEVERITIES, STATES

REQUIREMENT_ID: Final = Column("requirement_id", "The requirement (see Requirements)")
TITLE: Final = Column("title", "What the requirement is called", Kind.LONG, heading="Requirement")
CITATION: Final = Column("citation", "The regulation or rule that demands it")
SEVERITY: Final = Column("severity", "critical, high, medium or low, as the policy says", tones=SEVERITIES)

REQUIREMENTS: Final = TableSheet(
    name="Requirements",
    purpose="Each requirement and rule: citation, to whom it applies, courses, validity and grace",
    question="evidence_requirements",
    citation="Covered tasks and methods: 49 CFR 192.805, 29 CFR 1910.119(g), 1910.147(c)(7), 1910.178(l)",
    empty="The policy holds no requirement for the authority asked for.",
    counted=("is_first_row",),
    frozen=2,
    columns=(
        REQUIREMENT_ID,
        TITLE,
        Column("authority", "Who demands it"),
        CITATION,
        SEVERITY,
        Column("validity_months", "Months a credential holds; empty = it does not expire", Kind.INTEGER),
        Column(
            "grace_days",
            "Days of 24 h from the start of the duty until a gap can open; 0 = before the first shift",
            Kind.NUMBER,
        ),
        Column("is_site_specific", "Whether each site needs a credential of its own", Kind.YESNO),
        Column("retrain_on", "HR events that end a credential, separated by semicolons", Kind.LONG, width=18),
        Column(
            "courses",
            "Courses that earn it, with the site and window of the credit where it has one",
            Kind.LONG,
            width=24,
        ),
        Column("required_evidence", "Fields its record must hold", Kind.LONG, width=24),
        Column("retention_basis", "From when its records must be kept"),
        Column("retention_years", "For how many years", Kind.NUMBER),
        Column("rule_id", "The rule that requires it; obligations name it"),
        Column(
            "applies_to",
            "To whom the rule applies: every condition must hold; * and ? are patterns",
            Kind.LONG,
        ),
        Column("effective_from", "First day of the rule, local to the site; empty = always", Kind.DATE),
        Column("effective_to", "First day no longer covered; empty = open", Kind.DATE),
        Column("rule_citation", "Citation of the rule, where it has its own"),
        Column("rule_source", "File and row of the policy that states the rule", Kind.LONG, width=28),
        Column(
            "is_first_row",
            "yes on one row per requirement: count these to count requirements",
            Kind.YESNO,
            heading="First row of requirement",
        ),
    ),
)

OBLIGATIONS: Final = TableSheet(
    name="Obligations",
    purpose=(
        "The full population: each worker and requirement, cut into intervals of one state, passes as well as failures"
    ),
    question="evidence_obligations",
    citation=("29 CFR 1910.119(g), 1910.147(c)(7), 1910.146(g), 1910.178(l), 1910.1030(g)(2); 49 CFR 172.704, 192.805"),
    empty="Nothing was required of anyone in the period and scope asked for.",
    counted=("state", "is_at_period_end", "known_state"),
    frozen=2,
    columns=(
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        TITLE,
        CITATION,
        SITE,
        Column("required_from", "When the duty began", Kind.INSTANT),
        Column("valid_from", "The state holds from this instant", Kind.INSTANT, heading="State from (UTC)"),
        Column(
            "valid_to",
            "The state no longer holds from this instant; empty = it holds at the as-of instant",
            Kind.INSTANT,
            heading="State to (UTC)",
        ),
        Column(
            "state",
            "The first that applies of trained, waived, on_leave, in_grace, not_evaluable, gap; not_evaluable also "
            "from the newest load of a source on which it rests and that stopped delivering",
            tones=STATES,
        ),
        Column("cause", "For a gap: why", heading="Cause"),
        Column("owner", "For a gap: who can close it", tones=OWNERS),
        SEVERITY,
        Column(
            "known_state",
            "Of not_evaluable for want of a source: the state when that last delivered",
            heading="State by what is known",
            tones=STATES,
        ),
        Column("rests_on", "Of the same: the sources that stopped delivering", heading="Not evaluable for want of"),
        Column(
            "is_at_period_end",
            "Whether this state holds at the end of the period: count these to count worker-requirements",
            Kind.YESNO,
            heading="At period end",
        ),
        Column("rule_ids", "Rules, or the exception, that require it"),
        Column("completion_ids", "Completions that stand behind the state (see Training evidence)"),
    ),
)

TRAINING: Final = TableSheet(
    name="Training evidence",
    purpose=(
        "Every training record of the people in scope, passed or failed, with what it earned and where it came from"
    ),
    question="evidence_training",
    citation=("29 CFR 1910.119(g)(3), 1910.178(l)(6), 1910.1030(h)(2); 49 CFR 172.704(d), 192.807; 45 CFR 164.530(j)"),
    empty="The learning system holds no record of anyone in scope.",
    counted=("is_first_row",),
    frozen=2,
    columns=(
        Column("completion_id", "Number of the record in the learning system"),
        WORKER_ID,
        FULL_NAME,
        Column("account_id", "LMS account that made it"),
        Column("course_id", "Course taken"),
        Column("course_title", "Its title", Kind.LONG),
        Column("course_version", "Its version"),
        Column("completed_at", "When", Kind.INSTANT),
        Column("result", "passed, completed, waived, failed or incomplete", tones={"failed": "gap"}),
        Column("score", "As the learning system wrote it"),
        Column("evaluator", "Who evaluated"),
        Column("verification_method", "How understanding was verified"),
        Column("site", "Site the record names"),
        Column("expires_at", "Expiry the learning system states", Kind.INSTANT),
        Column("requirement_id", "Requirement it earned a credential for; empty = none"),
        Column("valid_from", "The credential held from", Kind.INSTANT, heading="Credential from (UTC)"),
        Column("valid_to", "… until; empty = it does not expire", Kind.INSTANT, heading="Credential to (UTC)"),
        Column(
            "ended_by",
            "What ends it: expires_at, validity, retrain_event or retrain_order",
            heading="Credential ended by",
        ),
        Column("recorded_at", "When the learning system learnt of it", Kind.INSTANT),
        Column("load_id", "Load it came with (see Sources)"),
        Column("address", "File it came with", Kind.LONG, heading="Source file"),
        Column("row_number", "Row in that file; the heading is row 1", Kind.INTEGER, heading="Source row"),
        Column(
            "is_first_row",
            "yes on one row per record: count these to count records",
            Kind.YESNO,
            heading="First row of record",
        ),
    ),
)

EXCEPTIONS: Final = TableSheet(
    name="Exceptions",
    purpose="Every waiver and added duty: reason, requester, approver, days, and whether it takes effect",
    question="evidence_exceptions",
    empty="The policy holds no exception for anyone in scope.",
    counted=("state",),
    columns=(
        Column("exception_id", "Number of the exception"),
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        TITLE,
        Column("kind", "waive (excused) or add (additionally obliged)"),
        Column("starts_on", "First day, local to the worker's site", Kind.DATE),
        Column("ends_on", "Last day", Kind.DATE),
        Column("reason", "Why it was asked for", Kind.LONG),
        Column("requested_by", "Who asked"),
        Column("approved_by", "Who approved"),
        Column("approved_at", "When; it has no effect before", Kind.INSTANT),
        Column(
            "state",
            "at the end of the period: in force, not begun, ended, or without effect",
            tones={"without effect": "gap", "in force": "waived"},
        ),
        Column("no_effect_because", "Why it has no effect", Kind.LONG, heading="No effect because"),
        Column("file_name", "Policy file", heading="Policy file"),
        Column("row_number", "Row in that file", Kind.INTEGER, heading="Policy row"),
    ),
)
