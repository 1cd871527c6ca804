"""Writes the evidence workbook and its manifest from one published generation.

Owns the order of the work: stream the tables, tie them out, lay the pages, join the file. Reads through
``Reader`` alone. Called by ``gapwatch evidence`` and the dashboard.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from gapwatch.errors import ConfigurationError, GapwatchError, NothingPublished
from gapwatch.evidence import catalogue, cover, exports, pages, restatement, tie_out
from gapwatch.evidence.archive import write_archive
from gapwatch.evidence.cells import Cell, Kind, pieces
from gapwatch.evidence.earlier import Earlier, open_earlier
from gapwatch.evidence.export_id import export_id
from gapwatch.evidence.manifest import FORMAT, Manifest, SheetProof, SourceProof, WorkbookFile, manifest_path
from gapwatch.evidence.rows import ROW_LIMIT, LongText, StagedSheet, TableWriter, Tally, stage_page
from gapwatch.evidence.scope import SAMPLE_SEED, SAMPLE_SIZE, Scope, make_scope
from gapwatch.evidence.sheets import PageSheet, TableSheet
from gapwatch.evidence.shell import Imprint, make_shell
from gapwatch.evidence.signing import public_key, signer
from gapwatch.evidence.summary import EvidenceSummary
from gapwatch.reads import Reader
from gapwatch.shipped import query_folder

if TYPE_CHECKING:
    import duckdb
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LONG_TEXT = catalogue.proof.LONG_TEXT.name
_QUESTIONS = ("evidence_tie_out", "evidence_tie_out_feeds", "evidence_parameters", "evidence_models")


class NotFinal(NothingPublished):
    """An export was asked to be FINAL and cannot be; nothing was written."""


def write_evidence(
    reader: Reader,
    out: Path,
    *,
    prepared_by: str | None = None,
    reviewed_by: str | None = None,
    final: bool = False,
    sites: Sequence[str] | None = None,
    departments: Sequence[str] | None = None,
    authorities: Sequence[str] | None = None,
    citations: Sequence[str] | None = None,
    workers: Sequence[str] | None = None,
    period_from: dt.date | None = None,
    period_to: dt.date | None = None,
    sample_size: int = SAMPLE_SIZE,
    sample_seed: str = SAMPLE_SEED,
    against: str | None = None,
    key: Ed25519PrivateKey | None = None,
    progress: Callable[[str], None] | None = None,
    row_limit: int = ROW_LIMIT,
) -> EvidenceSummary:
    """Write ``out`` (``.xlsx``) and its ``.manifest.json`` beside it; both replace what was there.

    It becomes FINAL when it may; ``final`` refuses to write anything else (NotFinal). Dates of the period are whole
    days of the organisation's zone, both included. ``against`` is an earlier workbook, its manifest, or the run id of
    a kept generation; ``key`` signs the manifest. ``progress`` gets the name of each step. The export is logged in the
    warehouse. Raises ConfigurationError for a path, a scope or an earlier export that cannot be.
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
        sites=sites,
        departments=departments,
        authorities=authorities,
        citations=citations,
        workers=workers,
        period_from=period_from,
        period_to=period_to,
        sample_size=sample_size,
        sample_seed=sample_seed,
    )
    if final:
        _refuse(cover.standing(scope, ()).reasons, do="name both: --prepared-by and --reviewed-by, two people")
    earlier = open_earlier(reader, scope, against) if against else None
    with tempfile.TemporaryDirectory(prefix="gapwatch-evidence-") as folder:
        export = _Export(reader, scope, Path(folder), progress or (lambda _: None), row_limit, earlier, key)
        return export.write(out, final=final)


def _refuse(reasons: Sequence[str], *, do: str) -> None:
    if reasons:
        raise NotFinal(f"the export cannot be FINAL: {'; '.join(reasons)}", do=do)


class _Export:
    """One export under way."""

    def __init__(
        self,
        reader: Reader,
        scope: Scope,
        folder: Path,
        progress: Callable[[str], None],
        row_limit: int,
        earlier: Earlier | None,
        key: Ed25519PrivateKey | None,
    ) -> None:
        self._reader, self._scope, self._folder = reader, scope, folder
        self._progress, self._row_limit = progress, row_limit
        self._earlier, self._key = earlier, key
        self._staged: dict[str, list[StagedSheet]] = {}
        self._tallies: dict[str, Tally] = {}
        self._long: list[LongText] = []
        self._version = installed_version("gapwatch")

    def write(self, out: Path, *, final: bool) -> EvidenceSummary:
        for sheet in catalogue.TABLES:
            self._progress(sheet.name)
            self._stage_table(sheet)
        self._progress("Tie-out")
        counts = self._one_row("evidence_tie_out")
        judged = self._tie_out(counts)
        stand = cover.standing(self._scope, judged)
        if final:
            _refuse(
                stand.reasons, do="export without --final and read the sheet Tie-out: its lines show the difference"
            )
        texts = self._logic()
        self._stage_proof(texts)
        created_at = exports.now()
        number = export_id({sheet.name: sheet.digest.digest for sheet in self._in_order()})
        self._stage_front(counts, judged, number, created_at)
        self._progress("Writing the file")
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
            parameters=self._scope.stated | {"compared_with": self._earlier.label if self._earlier else None},
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
        manifest.save(manifest_path(out), sign=signer(self._key) if self._key else None)
        self._log(manifest)
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

    def _log(self, manifest: Manifest) -> None:
        record = exports.ExportRecord(
            at=manifest.created_at.isoformat(),
            by=exports.login(),
            export_id=manifest.export_id,
            status=manifest.status,
            file=manifest.workbook.name,
            workbook_sha256=manifest.workbook.sha256,
            run_id=manifest.run_id,
            parameters=self._scope.stated,
            compared_with=self._earlier.label if self._earlier else None,
            signed_by=public_key(self._key) if self._key else None,
        )
        exports.record_export(self._reader.path.parent.parent, record)

    def _ask(self, question: str) -> tuple[list[str], list[tuple[object, ...]]]:
        cursor = self._question(question)
        return [str(column[0]) for column in cursor.description or ()], cursor.fetchall()

    def _question(self, name: str) -> duckdb.DuckDBPyConnection:
        return self._reader.question(name, **self._scope.question_parameters)

    def _one_row(self, question: str) -> dict[str, object]:
        names, rows = self._ask(question)
        return dict(zip(names, rows[0], strict=True))

    @staticmethod
    def _sql(name: str) -> str:
        return (query_folder() / "ask" / f"{name}.sql").read_text(encoding="utf-8")

    def _stage_table(self, sheet: TableSheet) -> None:
        cursors = [self._question(sheet.question)]
        if sheet is catalogue.audit.CHANGES and self._earlier:
            cursors.append(restatement.restated_rows(self._reader, self._scope, self._earlier))
        for cursor in cursors:
            _check_columns(sheet, cursor)
        writer = TableWriter(sheet, self._folder, row_limit=self._row_limit)
        self._staged[sheet.name] = writer.write(_InTurn(cursors))
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
        texts += [pages.question_text(name, self._sql(name)) for name in sorted(questions)]
        if self._earlier:
            texts.append(pages.question_text(restatement.QUESTION, restatement.restatement_sql(), "restatement"))
        return texts

    def _stage_proof(self, texts: Sequence[pages.LogicText]) -> None:
        _, promises = self._ask("evidence_parameters")
        earlier = self._earlier.label if self._earlier else None
        rows = pages.parameter_rows(self._scope, [(str(name), str(value)) for name, value in promises], earlier=earlier)
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


def _check_columns(sheet: TableSheet, cursor: duckdb.DuckDBPyConnection) -> None:
    present = [str(column[0]) for column in cursor.description or ()]
    expected = [column.name for column in sheet.columns]
    if present != expected:
        differing = sorted(set(present) ^ set(expected))
        raise GapwatchError(
            f"the columns of sheet {sheet.name} are not those of its question",
            where=f"{sheet.question}.sql: {', '.join(differing) or 'their order'}",
            do="describe every column of the question in gapwatch/evidence/catalogue, in its order",
        )


class _InTurn:
    """The rows of several cursors, one after the other."""

    def __init__(self, cursors: Sequence[duckdb.DuckDBPyConnection]) -> None:
        self._left: Iterator[duckdb.DuckDBPyConnection] = iter(cursors)
        self._now = next(self._left, None)

    def fetchmany(self, size: int = 1) -> list[tuple[object, ...]]:
        """The next rows of the cursor whose turn it is; none when all are at their end."""
        while self._now is not None:
            rows: list[tuple[object, ...]] = self._now.fetchmany(size)
            if rows:
                return rows
            self._now = next(self._left, None)
        return []
