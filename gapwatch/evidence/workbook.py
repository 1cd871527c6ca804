"""Writes the evidence workbook and its manifest from one published generation.

Owns the order of the work: stream the tables, tie them out, lay the pages, join the file. Reads through
``Reader`` alone. Called by ``gapwatch evidence`` and the dashboard.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from gapwatch.errors import ConfigurationError, GapwatchError
from gapwatch.evidence import catalogue, cover, pages, tie_out
from gapwatch.evidence.archive import write_archive
from gapwatch.evidence.cells import Cell, Kind, pieces
from gapwatch.evidence.export_id import export_id
from gapwatch.evidence.manifest import FORMAT, Manifest, SheetProof, SourceProof, WorkbookFile, manifest_path
from gapwatch.evidence.rows import ROW_LIMIT, LongText, StagedSheet, TableWriter, Tally, stage_page
from gapwatch.evidence.scope import Scope, make_scope
from gapwatch.evidence.sheets import PageSheet, TableSheet
from gapwatch.evidence.shell import Imprint, make_shell
from gapwatch.reads import Reader
from gapwatch.shipped import query_folder

if TYPE_CHECKING:
    import duckdb

LONG_TEXT = catalogue.proof.LONG_TEXT.name
_QUESTIONS = ("evidence_tie_out", "evidence_tie_out_feeds", "evidence_parameters", "evidence_models")


@dataclass(frozen=True)
class EvidenceSummary:
    """What was written. ``rows`` per sheet is without the heading; ``unbalanced`` names tie-out lines."""

    path: Path
    manifest_path: Path
    export_id: str
    status: str
    reasons: tuple[str, ...]
    rows: dict[str, int]
    unbalanced: tuple[str, ...]
    sha256: str

    def __str__(self) -> str:
        sizes = f"{self.rows_of('Obligations'):,} intervals of obligations, {self.rows_of('Gaps'):,} gaps"
        balance = "the tie-out balances" if self.is_balanced else f"not balanced: {'; '.join(self.unbalanced)}"
        reasons = f" ({'; '.join(self.reasons)})" if self.reasons else ""
        return (
            f"{self.path}: export {self.export_id}, {self.status}{reasons}\n"
            f"{len(self.rows)} sheets, {sizes}; {balance}\n"
            f"{self.manifest_path}: check both with gapwatch verify {self.path}"
        )

    def rows_of(self, sheet: str) -> int:
        """Rows of a sheet, over all its numbered parts."""
        return sum(rows for name, rows in self.rows.items() if name.partition(" (")[0] == sheet)

    @property
    def is_balanced(self) -> bool:
        """Whether every line of the tie-out balances."""
        return not self.unbalanced


def write_evidence(
    reader: Reader,
    out: Path,
    *,
    prepared_by: str | None = None,
    reviewed_by: str | None = None,
    site: str | None = None,
    authority: str | None = None,
    period_from: dt.date | None = None,
    period_to: dt.date | None = None,
    workers: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
    row_limit: int = ROW_LIMIT,
) -> EvidenceSummary:
    """Write ``out`` (``.xlsx``) and its ``.manifest.json`` beside it; both replace what was there.

    Dates of the period are whole days of the organisation's zone, both included. ``progress`` gets the name
    of each step. Raises ConfigurationError for a path or a scope that cannot be.
    """
    if out.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{out.name} is not named as a workbook", do="end its name with .xlsx")
    if not out.parent.is_dir():
        raise ConfigurationError(
            "the folder of the workbook does not exist", where=str(out.parent), do="create it first"
        )
    scope = make_scope(
        reader,
        prepared_by=prepared_by,
        reviewed_by=reviewed_by,
        site=site,
        authority=authority,
        workers=workers,
        period_from=period_from,
        period_to=period_to,
    )
    with tempfile.TemporaryDirectory(prefix="gapwatch-evidence-") as folder:
        return _Export(reader, scope, Path(folder), progress or (lambda _: None), row_limit).write(out)


class _Export:
    """One export under way."""

    def __init__(
        self, reader: Reader, scope: Scope, folder: Path, progress: Callable[[str], None], row_limit: int
    ) -> None:
        self._reader, self._scope, self._folder = reader, scope, folder
        self._progress, self._row_limit = progress, row_limit
        self._staged: dict[str, list[StagedSheet]] = {}
        self._tallies: dict[str, Tally] = {}
        self._long: list[LongText] = []
        self._version = installed_version("gapwatch")

    def write(self, out: Path) -> EvidenceSummary:
        for sheet in catalogue.TABLES:
            self._progress(sheet.name)
            self._stage_table(sheet)
        self._progress("Tie-out")
        counts = self._one_row("evidence_tie_out")
        judged = self._tie_out(counts)
        texts = self._logic()
        self._stage_proof(texts)
        created_at = dt.datetime.now(tz=dt.UTC)
        number = export_id({sheet.name: sheet.digest.digest for sheet in self._in_order()})
        self._stage_front(counts, judged, number, created_at)
        self._progress("Writing the file")
        stand = cover.standing(self._scope, judged)
        imprint = Imprint(self._scope.run.organisation_name, number, stand.status, self._version, created_at)
        sheets = self._in_order()
        sha256 = write_archive(out, shell=make_shell(sheets, imprint=imprint), sheets=sheets)
        off = tuple(
            f"line {at} ({each.line.what})" for at, each in enumerate(judged, start=1) if each.is_balanced is False
        )
        manifest = Manifest(
            format=FORMAT,
            gapwatch_version=self._version,
            export_id=number,
            status=stand.status,
            created_at=created_at,
            run_id=self._scope.run.run_id,
            parameters=self._scope.stated,
            policy_sha256=self._scope.run.policy_sha256,
            tie_out_balances=not off,
            tie_out_lines=len(judged),
            workbook=WorkbookFile(name=out.name, bytes=out.stat().st_size, sha256=sha256),
            sources=self._sources(),
            sql={f"{text.folder}/{text.name}": text.sha256 for text in texts},
            sheets=tuple(
                SheetProof.of(sheet.name, rows=sheet.rows, columns=sheet.headings, proof=sheet.digest)
                for sheet in sheets
            ),
        )
        manifest.save(manifest_path(out))
        return EvidenceSummary(
            path=out,
            manifest_path=manifest_path(out),
            export_id=number,
            status=stand.status,
            reasons=stand.reasons,
            rows={sheet.name: sheet.rows for sheet in sheets},
            unbalanced=off,
            sha256=sha256,
        )

    def _ask(self, question: str) -> tuple[list[str], list[tuple[object, ...]]]:
        cursor = self._question(question)
        return [str(column[0]) for column in cursor.description or ()], cursor.fetchall()

    def _question(self, name: str) -> duckdb.DuckDBPyConnection:
        named = _parameters_of(self._sql(name))
        wanted = {key: value for key, value in self._scope.question_parameters.items() if key in named}
        return self._reader.question(name, **wanted)

    def _one_row(self, question: str) -> dict[str, object]:
        names, rows = self._ask(question)
        return dict(zip(names, rows[0], strict=True))

    @staticmethod
    def _sql(name: str) -> str:
        return (query_folder() / "ask" / f"{name}.sql").read_text(encoding="utf-8")

    def _stage_table(self, sheet: TableSheet) -> None:
        cursor = self._question(sheet.question)
        present = [str(column[0]) for column in cursor.description or ()]
        expected = [column.name for column in sheet.columns]
        if present != expected:
            differing = sorted(set(present) ^ set(expected))
            raise GapwatchError(
                f"the columns of sheet {sheet.name} are not those of its question",
                where=f"{sheet.question}.sql: {', '.join(differing) or 'their order'}",
                do="describe every column of the question in gapwatch/evidence/catalogue, in its order",
            )
        writer = TableWriter(sheet, self._folder, row_limit=self._row_limit)
        self._staged[sheet.name] = writer.write(cursor)
        self._tallies[sheet.name] = writer.tally
        self._long += writer.long_texts

    def _stage_page(
        self,
        sheet: PageSheet,
        rows: Sequence[Sequence[Cell]],
        *,
        title: Sequence[Sequence[Cell]] = (),
        volatile: Sequence[int] = (),
    ) -> StagedSheet:
        staged = stage_page(
            self._folder / f"{sheet.name}.rows",
            name=sheet.name,
            registered=sheet.name,
            columns=sheet.columns,
            rows=rows,
            widths=sheet.widths,
            title=title,
            volatile=volatile,
        )
        self._staged[sheet.name] = [staged]
        return staged

    def _tie_out(self, counts: dict[str, object]) -> list[tie_out.JudgedLine]:
        names, feeds = self._ask("evidence_tie_out_feeds")
        lines = tie_out.feed_lines(dict(zip(names, row, strict=True)) for row in feeds)
        lines += tie_out.scope_lines(counts, is_whole=self._scope.is_whole)
        judged = tie_out.judge(lines, self._tallies)
        self._stage_page(catalogue.front.TIE_OUT, tie_out.page_rows(judged, self._in_order()))
        return judged

    def _logic(self) -> list[pages.LogicText]:
        _, models = self._ask("evidence_models")
        texts = [pages.LogicText(str(row[0]), str(row[1]), str(row[2]), str(row[3])) for row in models]
        questions = [*(sheet.question for sheet in catalogue.TABLES), *_QUESTIONS]
        return texts + [pages.question_text(name, self._sql(name)) for name in sorted(questions)]

    def _stage_proof(self, texts: Sequence[pages.LogicText]) -> None:
        _, promises = self._ask("evidence_parameters")
        rows = pages.parameter_rows(self._scope, [(str(name), str(value)) for name, value in promises])
        self._stage_page(catalogue.front.PARAMETERS, rows)
        self._stage_page(catalogue.proof.LOGIC, pages.logic_rows(texts))
        self._stage_page(catalogue.proof.DICTIONARY, pages.dictionary_rows(self._tallies))
        self._stage_page(catalogue.proof.SIGN_OFF, pages.sign_off_rows(self._scope))
        if self._long:
            self._stage_long_texts()

    def _stage_long_texts(self) -> None:
        rows = [
            [
                Cell(each.sheet),
                Cell(each.row, Kind.INTEGER),
                Cell(each.column),
                Cell(part, Kind.INTEGER),
                Cell(text),
            ]
            for each in self._long
            for part, text in enumerate(pieces(each.text), start=1)
        ]
        self._staged[LONG_TEXT] = [
            stage_page(
                self._folder / f"{LONG_TEXT}.rows",
                name=LONG_TEXT,
                registered=LONG_TEXT,
                columns=catalogue.proof.LONG_TEXT.columns,
                rows=rows,
                widths=catalogue.proof.LONG_TEXT.widths,
            )
        ]
        for each in {long.sheet for long in self._long}:
            for name, parts in self._staged.items():
                self._staged[name] = [
                    replace(part, note=f"Some texts are too long for a cell: all of them on {LONG_TEXT}")
                    if part.name == each
                    else part
                    for part in parts
                ]

    def _stage_front(
        self,
        counts: dict[str, object],
        judged: Sequence[tie_out.JudgedLine],
        number: str,
        created_at: dt.datetime,
    ) -> None:
        rows, volatile = cover.cover_rows(
            self._scope, counts, judged, export_id=number, version=self._version, created_at=created_at
        )
        titles = cover.title_rows(self._scope, counts)
        self._stage_page(catalogue.front.COVER, rows, title=titles, volatile=volatile)
        registered = {sheet.name: (sheet.purpose, sheet.citation) for sheet in catalogue.SHEETS}
        registered[LONG_TEXT] = (catalogue.proof.LONG_TEXT.purpose, "")
        self._stage_page(catalogue.front.INDEX, pages.index_rows(self._in_order(), registered))

    def _in_order(self) -> list[StagedSheet]:
        names = [*(sheet.name for sheet in catalogue.SHEETS), LONG_TEXT]
        return [part for name in names for part in self._staged.get(name, ())]

    def _sources(self) -> tuple[SourceProof, ...]:
        names, rows = self._ask("evidence_sources")
        loads = [dict(zip(names, row, strict=True)) for row in rows]
        return tuple(SourceProof.model_validate({key: load[key] for key in SourceProof.model_fields}) for load in loads)


def _parameters_of(sql: str) -> set[str]:
    return {word for word in ("site", "authority", "workers", "period_from", "period_to") if f"${word}" in sql}
