"""The sheets an auditor works on: the sample to test, and what changed."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.catalogue.duties import CITATION, REQUIREMENT_ID, TITLE
from gapwatch.evidence.catalogue.people import FULL_NAME, SITE, WORKER_ID
from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.evidence.styles import STATES

SAMPLE: Final = TableSheet(
    name="Sample",
    purpose="A stratified random sample of the obligations to test, drawn by seed, with columns for the tester",
    question="evidence_sample",
    empty="No sample was asked for, or there was nothing to draw from.",
    counted=("what", "state"),
    frozen=2,
    columns=(
        Column("what", "population (all there was to draw from), stratum, or item (one row to test)"),
        Column("stratum", "Site and severity"),
        Column("population", "Worker-requirements of the population or stratum", Kind.INTEGER),
        Column("drawn", "How many of them were drawn", Kind.INTEGER),
        Column("method", "How, and with which seed: the same seed gives the same rows anywhere", Kind.LONG, width=44),
        Column("item", "Number of the row to test", Kind.INTEGER),
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        TITLE,
        CITATION,
        SITE,
        Column("state", "State at the end of the period, as on Obligations", tones=STATES),
        Column("cause", "For a gap: why"),
        Column("completion_ids", "Completions behind the state (see Training evidence)"),
        Column("tested_by", "For the tester to fill in", width=18, kind=Kind.LONG),
        Column("tested_on", "For the tester to fill in", Kind.DATE),
        Column("evidence_seen", "For the tester to fill in", Kind.LONG, width=24),
        Column("conclusion", "For the tester to fill in", Kind.LONG, width=18),
        Column("remarks", "For the tester to fill in", Kind.LONG, width=24),
    ),
)

CHANGES: Final = TableSheet(
    name="Change log",
    purpose="Gaps opened, closed and reopened by week; rows restated since an earlier export, each with its cause",
    question="evidence_changes",
    citation="Completeness and accuracy of information produced by the organisation",
    empty="No gap opened or closed in the period and scope asked for.",
    counted=("what", "sheet", "cause"),
    frozen=2,
    columns=(
        Column(
            "what",
            "week, or what happened to a row since the earlier export named on Parameters: added, removed, restated",
            tones={"removed": "gap", "restated": "not_evaluable", "added": "in_grace"},
        ),
        Column("week_from", "Monday of the week, in the organisation's zone", Kind.DATE),
        Column("week_to", "Its Sunday", Kind.DATE),
        Column("opened", "Gaps that opened for the first time", Kind.INTEGER),
        Column("reopened", "Gaps of a worker and requirement that had one before", Kind.INTEGER),
        Column("closed", "Gaps that closed", Kind.INTEGER),
        Column("open_at_end", "Gaps open at the end of the week", Kind.INTEGER),
        Column("sheet", "Sheet the restated row stands on: Obligations or Gaps"),
        WORKER_ID,
        FULL_NAME,
        REQUIREMENT_ID,
        SITE,
        Column("row_id", "Gap ID, for rows of Gaps"),
        Column("valid_from", "The row begins", Kind.INSTANT, heading="Row from (UTC)"),
        Column("was", "What the earlier export said", Kind.LONG, width=30),
        Column("is_now", "What this one says of the same time", Kind.LONG, width=30, heading="Now"),
        Column(
            "cause",
            "The first that applies: rematched_identity, altered_completion, late_completion, exception_change, "
            "late_hr_entry, policy_change, late_lms_entry, logic_change, not_explained",
        ),
        Column("because", "The record or rule behind the cause", Kind.LONG),
        Column("also", "Other causes that apply to the row", Kind.LONG, width=24),
    ),
)
