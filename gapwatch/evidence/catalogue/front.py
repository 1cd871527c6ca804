"""The sheets before the tables: cover, index, parameters, sources, tie-out."""

from __future__ import annotations

from typing import Final

from gapwatch.evidence.cells import Kind
from gapwatch.evidence.sheets import Column, PageSheet, TableSheet
from gapwatch.evidence.styles import OUTCOMES

COVER: Final = PageSheet(
    name="Cover",
    purpose="What this is, whose, as of when, by whom, and the answer in figures",
    columns=(
        Column("label", "What the line states", heading="Item"),
        Column("value", "Its value", Kind.LONG, heading="Value"),
        Column("note", "Denominator, definition or zone", Kind.LONG, heading="Note"),
    ),
    widths=(36, 72, 78),
)

INDEX: Final = PageSheet(
    name="Index",
    purpose="Every sheet, what it is for, how many rows it holds, and its digest",
    columns=(
        Column("sheet", "Name of the sheet", heading="Sheet"),
        Column("purpose", "What it is for", Kind.LONG, heading="Purpose"),
        Column("citation", "The rule of record keeping that it answers", Kind.LONG, heading="Answers"),
        Column("rows", "Rows below the headings", Kind.INTEGER, heading="Rows"),
        Column(
            "note",
            "What it means when there are none, or that it continues elsewhere",
            Kind.LONG,
            heading="Note",
        ),
        Column("digest", "SHA-256 over its cells, as the manifest states it", Kind.LONG, heading="Digest"),
    ),
    widths=(22, 44, 40, 10, 34, 36),
)

PARAMETERS: Final = PageSheet(
    name="Parameters",
    purpose="Every filter, instant, threshold and service level this export used",
    columns=(
        Column("name", "The parameter", Kind.LONG, heading="Parameter"),
        Column("value", "Its value; none is said outright", Kind.LONG, heading="Value"),
        Column("note", "What it does", Kind.LONG, heading="Meaning"),
    ),
    widths=(46, 62, 66),
)

SOURCES: Final = TableSheet(
    name="Sources",
    purpose="Every file that was read: address, digest, when, and how many rows came in",
    question="evidence_sources",
    citation="Completeness and accuracy of information produced by the organisation",
    empty="No file was loaded.",
    counted=("feed",),
    frozen=2,
    columns=(
        Column("source", "Name of the source in the configuration"),
        Column("feed", "Which canonical feed it fills"),
        Column("mode", "How loads of it replace or add to what was known (full, delta, snapshot, event)"),
        Column("address", "File or address it was read from", Kind.LONG, width=30),
        Column("loaded_at", "When gapwatch received it", Kind.INSTANT),
        Column(
            "status",
            "accepted, held (kept out by the load guard) or unchanged (same bytes as before)",
            tones=OUTCOMES,
        ),
        Column("reason", "Why it was held, or who let it in and why", Kind.LONG, width=24),
        Column("rows_read", "Rows in the file", Kind.INTEGER),
        Column("rows_accepted", "Rows that could be read as what they claim to be", Kind.INTEGER),
        Column("rows_rejected", "Rows that could not; each is listed on the exclusions", Kind.INTEGER),
        Column("effective_min", "Earliest date the rows speak about", Kind.DATE, heading="Effective from"),
        Column("effective_max", "Latest date the rows speak about", Kind.DATE, heading="Effective to"),
        Column("timezone", "Zone of the source's times without offset"),
        Column("bytes", "Size of the file", Kind.INTEGER),
        Column("sha256", "SHA-256 of the file's bytes", Kind.LONG, width=35),
        Column("load_id", "Number of the load; other sheets refer to it", Kind.LONG, width=28),
    ),
)

TIE_OUT: Final = PageSheet(
    name="Tie-out",
    purpose=("That the population is complete: each count equals the sum of its parts, and the rows of the sheets"),
    citation="Completeness and accuracy of information produced by the organisation",
    columns=(
        Column("line", "Number of the line", Kind.INTEGER, heading="Line"),
        Column("part", "Which part of the chain from source to finding", heading="Part"),
        Column("what", "What is counted", Kind.LONG, heading="What is counted"),
        Column("stored", "The count stored from the run's tables", Kind.INTEGER, heading="Stored count"),
        Column("live", "The same counted in this workbook by a live formula", Kind.INTEGER, heading="Live count"),
        Column(
            "live_difference",
            "Live count minus stored count, live",
            Kind.INTEGER,
            heading="Live minus stored",
        ),
        Column("parts", "The lines whose sum it must equal", heading="Must equal lines"),
        Column("parts_sum", "Their sum", Kind.INTEGER, heading="Their sum"),
        Column("difference", "Stored count minus that sum", Kind.INTEGER, heading="Difference"),
        Column("verdict", "balances, or does not balance", heading="Verdict", tones=OUTCOMES),
    ),
    widths=(7, 26, 66, 13, 13, 13, 20, 13, 13, 18),
)
