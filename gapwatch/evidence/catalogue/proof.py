"""The sheets that prove the method: integration health, data quality, logic, dictionary, sign-off."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, PageSheet, TableSheet
from gapwatch.evidence.styles import FRESHNESS, OUTCOMES

HEALTH: Final = TableSheet(
    name="Integration health",
    purpose="Whether each source was on time and complete, whether the integration ran, and the gaps that rest on it",
    question="evidence_health",
    empty="No source is configured.",
    counted=("what",),
    frozen=2,
    columns=(
        Column("what", "source, integration (between HR and the learning system), or outage of one"),
        Column("name", "Name of the source in the configuration, or of the integration"),
        Column("feed", "Feed it fills, or site it serves", heading="Feed or site"),
        Column("mode", "How its loads replace or add to what was known, or how the integration works", heading="Mode"),
        Column(
            "status",
            "Of a source: fresh, late (older than promised), overdue (twice that), held, or never_loaded; of an "
            "integration: no failure, had failures; of an outage: over, going on",
            tones={**FRESHNESS, "had failures": "not_evaluable", "going on": "gap", "no failure": "trained"},
        ),
        Column(
            "open_gaps",
            "Open gaps that rest on a source that is not fresh or has held loads (all, or those of the workers it "
            "names); for an outage, those that opened in it at its site",
            Kind.INTEGER,
            heading="Open gaps resting on it",
        ),
        Column("newest_at", "Newest load, or last good run", Kind.INSTANT),
        Column("age_hours", "Hours from that load to the as-of instant", Kind.NUMBER),
        Column("expect_every_hours", "Promised interval; empty = none", Kind.NUMBER),
        Column(
            "covers_from",
            "Before this instant nothing can be judged (empty = no limit); of an integration, its first run",
            Kind.INSTANT,
        ),
        Column("loads", "Loads, or runs, so far", Kind.INTEGER, heading="Loads or runs"),
        Column(
            "held_loads",
            "Loads kept out by the load guard, or runs that failed",
            Kind.INTEGER,
            heading="Held or failed",
        ),
        Column("success_pct", "100 × runs without a failed record / runs", Kind.PERCENT, heading="Success, %"),
        Column("silent_days", "Days on which it should have run and did not", Kind.INTEGER),
        Column("outage_from", "Last good run before the outage", Kind.INSTANT),
        Column("outage_to", "First good run after it; empty = none yet", Kind.INSTANT),
        Column("rows_read", "Rows of the newest load, or records of all runs", Kind.INTEGER),
        Column("rows_accepted", "… of which accepted", Kind.INTEGER),
        Column("rows_rejected", "… of which rejected or failed", Kind.INTEGER),
        Column("drifted_columns", "Columns its mapping does not know", Kind.INTEGER),
        Column("effective_min", "Earliest date its rows speak about", Kind.DATE, heading="Effective from"),
        Column("effective_max", "Latest date its rows speak about", Kind.DATE, heading="Effective to"),
    ),
)

CHECKS: Final = TableSheet(
    name="Data quality",
    purpose="Each check of the data, failed ones first: rows tested, rows failed, obligations and gaps that rest on it",
    question="evidence_checks",
    empty="No check ran on this data.",
    counted=("status",),
    columns=(
        Column("check_id", "Name of the check", heading="Check"),
        Column("feed", "Feed or table it tests"),
        Column("severity", "How much a failure matters"),
        Column("status", "pass, fail, or error (the check itself could not run)", tones=OUTCOMES),
        Column("rows_checked", "Rows tested", Kind.INTEGER),
        Column("rows_failed", "Rows failed", Kind.INTEGER),
        Column(
            "obligations_affected",
            "Of a check that did not pass: worker-requirements in scope that rest on its rows (all, where it speaks "
            "about a whole feed)",
            Kind.INTEGER,
        ),
        Column("gaps_affected", "The same, of gaps", Kind.INTEGER),
        Column("detail", "What it found", Kind.LONG, width=80),
    ),
)

LOGIC: Final = PageSheet(
    name="Logic",
    purpose=("The full SQL of every model and of every question asked for these sheets, line by line, with its hash"),
    columns=(
        Column("model", "Name of the model or question", heading="Model"),
        Column("folder", "Folder it lies in; ask = a question asked for a sheet", heading="Folder"),
        Column(
            "sql_sha256",
            "SHA-256 of the whole text; the manifest has it too",
            heading="SHA-256",
        ),
        Column("line", "Line of the text", Kind.INTEGER, heading="Line"),
        Column("sql", "The line", Kind.SQL, heading="SQL"),
    ),
    widths=(30, 12, 22, 7, 120),
)

DICTIONARY: Final = PageSheet(
    name="Dictionary",
    purpose=("Every column of every sheet and what it means; the formula of every percentage; blank cells counted"),
    columns=(
        Column("sheet", "Sheet", heading="Sheet"),
        Column("heading", "Heading in the sheet", heading="Heading"),
        Column("name", "Name of the column in the run's tables and questions", heading="Column name"),
        Column("kind", "What its cells hold", heading="Kind"),
        Column("meaning", "What it means", Kind.LONG, heading="Meaning"),
        Column("blank", "Cells without a value", Kind.INTEGER, heading="Blank cells"),
        Column("rows", "Rows of the sheet", Kind.INTEGER, heading="Rows"),
    ),
    widths=(24, 30, 28, 12, 90, 10, 10),
)

SIGN_OFF: Final = PageSheet(
    name="Sign-off",
    purpose="Who prepared it, who reviewed it, what they decided, and when",
    columns=(
        Column("role", "Role", heading="Role"),
        Column("name", "Name given with the export", heading="Name"),
        Column("decision", "To fill in", heading="Decision"),
        Column("signature", "To fill in", heading="Signature"),
        Column("date", "To fill in", heading="Date"),
    ),
    widths=(26, 40, 34, 34, 20),
)

LONG_TEXT: Final = PageSheet(  # only where a text does not fit its cell
    name="Long text",
    purpose="Texts too long for one cell, whole, in parts to be read one after the other",
    columns=(
        Column("sheet", "Sheet whose cell holds the beginning", heading="Sheet"),
        Column("row", "Row of that cell", Kind.INTEGER, heading="Row"),
        Column("column", "Heading of its column", heading="Column"),
        Column("part", "Number of the part", Kind.INTEGER, heading="Part"),
        Column("text", "The part", heading="Text"),
    ),
    widths=(24, 10, 30, 8, 100),
)

MEASURES: Final[tuple[tuple[str, str], ...]] = (
    (
        "Requirement compliance",
        "100 × trained / (trained + gap), worker-requirements at the end of the period; "
        "waived, on leave, in grace and "
        "not evaluable ones are in neither; empty when the denominator is 0",
    ),
    (
        "Person compliance",
        "100 × people without a gap / people with at least one trained or gap, at the end "
        "of the period; empty when "
        "the denominator is 0",
    ),
    (
        "Answered within the time allowed",
        "100 × (early + on_time) / (early + on_time + late + missing) expected actions",
    ),
)

KINDS: Final = {
    Kind.TEXT: "text",
    Kind.LONG: "text",
    Kind.SQL: "text",
    Kind.DATE: "date",
    Kind.INSTANT: "time, UTC",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.PERCENT: "percentage",
    Kind.YESNO: "yes or no",
}
