"""The sheets about records themselves: whether each holds what its rule asks for, and how long it must be kept."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.catalogue.duties import CITATION, REQUIREMENT_ID, TITLE
from gapwatch.evidence.catalogue.people import FULL_NAME, WORKER_ID
from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, TableSheet

SUFFICIENCY: Final = TableSheet(
    name="Field sufficiency",
    purpose="Per requirement, the share of records that hold every required field; then each deficient record",
    question="evidence_sufficiency",
    citation=(
        "29 CFR 1910.119(g)(3), 1910.147(c)(7)(iv), 1910.146(g)(4), 1910.178(l)(6), 1910.1030(h)(2); "
        "49 CFR 192.807, 172.704(d); 45 CFR 164.530(j)"
    ),
    empty="The policy holds no requirement for what was asked for.",
    counted=("what", "finding"),
    frozen=2,
    columns=(
        Column("what", "requirement (counts of its records), or record (one that lacks a field)"),
        REQUIREMENT_ID,
        TITLE,
        CITATION,
        Column("record_citation", "The rule that says what the record must hold; research, not legal advice"),
        Column("record_holds", "What that rule asks for", Kind.LONG),
        Column("required_fields", "Fields the policy requires of the record (required_evidence)", Kind.LONG, width=24),
        Column(
            "held_elsewhere",
            "What the rule asks for and no feed carries: to be kept, and shown, elsewhere",
            Kind.LONG,
            width=24,
        ),
        Column("records", "Credentials that hold at some time in the period", Kind.INTEGER),
        Column("records_sufficient", "… whose record holds every required field", Kind.INTEGER, heading="Sufficient"),
        Column("records_deficient", "… whose record lacks one", Kind.INTEGER, heading="Deficient"),
        Column("sufficient_pct", "100 × sufficient / records", Kind.PERCENT, heading="Sufficient, %"),
        WORKER_ID,
        FULL_NAME,
        Column("completion_id", "The record (see Training evidence)"),
        Column("course_id", "Course taken"),
        Column("completed_at", "When", Kind.INSTANT),
        Column("missing_fields", "Required fields that are empty"),
        Column(
            "finding",
            "sufficient, records deficient or no record; of one record: completed, record deficient "
            "(the training counts, the proof of it is incomplete)",
            tones={
                "sufficient": "trained",
                "records deficient": "not_evaluable",
                "completed, record deficient": "not_evaluable",
                "no record": "in_grace",
            },
        ),
    ),
)

RETENTION: Final = TableSheet(
    name="Retention",
    purpose=(
        "What must be kept, till when and by which rule; what vanished too early, what may be disposed of; "
        "training that leavers left incomplete"
    ),
    question="evidence_retention",
    citation=(
        "Per requirement: 29 CFR 1910.1030(h)(2)(ii), 49 CFR 172.704(d), 192.807(b), 45 CFR 164.530(j); "
        "there is no general three-year rule"
    ),
    empty="No record in scope earned credit, none vanished, and no leaver left training incomplete.",
    counted=("what", "decision"),
    frozen=2,
    columns=(
        Column(
            "what",
            "vanished (the learning system no longer delivers it), leaver (training open at the end of employment, "
            "for HR's close-out), or record",
        ),
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        TITLE,
        Column("completion_id", "The record"),
        Column("course_id", "Course taken"),
        Column("completed_at", "When", Kind.INSTANT),
        Column(
            "retention_basis",
            "From when the requirement counts: from_training, from_creation, after_employment, while_performing, "
            "until_closure, latest_only, policy, or none_stated",
        ),
        Column("retention_years", "For how many years; empty = none stated", Kind.NUMBER),
        Column("keep_until", "To be kept until; empty = no end yet, or none stated", Kind.INSTANT),
        Column(
            "decision",
            "By this requirement: keep, may be disposed of, no period stated; vanished too early, vanished after "
            "its time, vanished, no period stated; incomplete at leaving",
            tones={
                "keep": "trained",
                "vanished too early": "gap",
                "incomplete at leaving": "gap",
                "may be disposed of": "in_grace",
            },
        ),
        Column("record_decision", "Of the record as a whole: it may go only when every requirement lets it go"),
        Column("because", "Why", Kind.LONG, width=44),
        Column("observed_at", "When it was missed first, or when the leaver left", Kind.INSTANT),
    ),
)
