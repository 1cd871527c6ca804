"""How fast the evidence workbook is written: one export of many obligations, beside openpyxl writing the same cells.

Owns the company, the clock and the order of the measurements: the export, in a process of its own so that its peak of
memory is its own, then openpyxl's bare write-only loop over the same cells, read back from the workbook. Run with
``python -m gapwatch.bench.evidence --obligations 300000``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.bench.company import count_rows, generate_company
from gapwatch.checks import run_checks
from gapwatch.evidence import write_evidence
from gapwatch.evidence.catalogue import TABLES
from gapwatch.evidence.cells import RESULT, Kind, value_of
from gapwatch.evidence.manifest import Manifest, manifest_path
from gapwatch.evidence.reading import WorkbookCells
from gapwatch.evidence.verify import verify
from gapwatch.loaders.convert import landed_columns
from gapwatch.modelling import Model, all_models, build_models, models_after_checks
from gapwatch.modelling.graph import inputs
from gapwatch.reads import Reader

_FIRST_GUESS: Final = 1000  # workers of the company that says how many obligations a worker has
_RUN: Final = "generated"
_BATCH: Final = 4096  # rows held at a time


@dataclass(frozen=True)
class Exporting:
    """One run. Times in seconds of the wall clock, memory and sizes in MB (2**20 bytes).

    ``obligations`` are rows of that sheet, ``cells`` those of the whole workbook that hold something. ``ratio``: the
    export, its questions and its manifest included, over openpyxl's loop; ``cpu_ratio`` the same in processor time,
    which a busy machine distorts less. ``peak_rss_mb``: the most the export's
    process held. ``verify_seconds``: the workbook checked against its manifest.
    """

    obligations: int
    rows: int
    cells: int
    seconds: float
    openpyxl_seconds: float
    ratio: float
    cpu_seconds: float
    openpyxl_cpu_seconds: float
    cpu_ratio: float
    peak_rss_mb: float
    verify_seconds: float
    workbook_mb: float
    manifest_mb: float


def run_evidence_bench(*, obligations: int, say: Callable[[str], None]) -> Exporting:
    """Make a company with at least that many obligations, export it, and write the same cells with openpyxl."""
    with tempfile.TemporaryDirectory(prefix="gapwatch-bench-") as name:
        folder = Path(name)
        warehouse = _company(folder, obligations=obligations, say=say)
        out = folder / "evidence.xlsx"
        exported = _in_own_process(warehouse, out)
        say(f"exported in {exported['seconds']:.1f} s, {exported['peak_rss_mb']:.0f} MB at most")
        bare = write_with_openpyxl(out, folder / "openpyxl.xlsx")
        say(f"openpyxl wrote the same {bare.cells:,} cells in {bare.seconds:.1f} s")
        return Exporting(
            obligations=int(exported["obligations"]),
            rows=bare.rows,
            cells=bare.cells,
            seconds=exported["seconds"],
            openpyxl_seconds=bare.seconds,
            ratio=exported["seconds"] / bare.seconds,
            cpu_seconds=exported["cpu_seconds"],
            openpyxl_cpu_seconds=bare.cpu_seconds,
            cpu_ratio=exported["cpu_seconds"] / bare.cpu_seconds,
            peak_rss_mb=exported["peak_rss_mb"],
            verify_seconds=exported["verify_seconds"],
            workbook_mb=out.stat().st_size / 2**20,
            manifest_mb=out.with_suffix(".manifest.json").stat().st_size / 2**20,
        )


def _company(folder: Path, *, obligations: int, say: Callable[[str], None]) -> Path:
    """A warehouse with one published generation of at least that many rows of obligations."""
    with duckdb.connect() as small:
        per_worker = _build(small, _FIRST_GUESS, whole=False) / _FIRST_GUESS
    workers = max(math.ceil(obligations / per_worker * 1.05), 100)
    warehouse = folder / "warehouse"
    (warehouse / "generations").mkdir(parents=True)
    started = time.perf_counter()
    with duckdb.connect(str(warehouse / "generations" / f"{_RUN}.duckdb")) as connection:
        rows = _build(connection, workers, whole=True)
    (warehouse / "current").write_text(f"{_RUN}\n", encoding="utf-8")
    say(f"{workers:,} workers, {rows:,} obligations, built in {time.perf_counter() - started:.0f} s")
    return warehouse


def _build(connection: duckdb.DuckDBPyConnection, workers: int, *, whole: bool) -> int:
    """Build a company of that many workers, ``whole`` with its health models and checks; its obligations."""
    generate_company(connection, workers=workers)
    folders = ("state", "gaps", "health") if whole else ("state", "gaps")
    chosen = {name: model for name, model in all_models().items() if model.folder in folders}
    _create_missing(connection, chosen)
    build_models(connection, chosen)
    if whole:
        run_checks(connection)
        build_models(connection, models_after_checks())
    return count_rows(connection, "compliance_timeline")


def _create_missing(connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> None:
    """What only health models read of the landing zone, empty."""
    present = {row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()}
    for name in sorted(inputs(models) - present):
        columns = ", ".join(f"{column} {kind}" for column, kind in landed_columns(name.removeprefix("landed_")))
        connection.execute(f'create table "{name}" ({columns})')


def _in_own_process(warehouse: Path, out: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "gapwatch.bench.evidence", "--export", str(warehouse), "--out", str(out)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured


def _export(warehouse: Path, out: Path) -> dict[str, float]:
    started = time.perf_counter()
    with Reader.open(warehouse) as reader:
        summary = write_evidence(reader, out, prepared_by="the bench", reviewed_by="nobody")
    seconds, cpu, peak = (
        time.perf_counter() - started,
        time.process_time(),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    )
    started = time.perf_counter()
    differences = verify(out)
    if differences or not summary.is_balanced:
        raise RuntimeError(f"the export is not sound: {[*map(str, differences[:3]), *summary.unbalanced]}")
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_rss_mb": peak / (2**20 if sys.platform == "darwin" else 2**10),
        "verify_seconds": time.perf_counter() - started,
        "obligations": summary.rows_of("Obligations"),
    }


@dataclass(frozen=True)
class Bare:
    """What openpyxl took: seconds of the wall clock and of the processor, for so many rows and cells."""

    seconds: float
    cpu_seconds: float
    rows: int
    cells: int


def write_with_openpyxl(workbook: Path, out: Path) -> Bare:
    """Write the cells of ``workbook`` again with openpyxl's write-only mode.

    Only ``append`` and ``save`` are timed, not the reading; dates are dates, and no style or table is made.
    """
    from openpyxl import Workbook

    kinds = {sheet.name: [column.kind for column in sheet.columns] for sheet in TABLES}
    manifest = Manifest.load(manifest_path(workbook))
    again = Workbook(write_only=True)
    seconds, cpu, rows, cells = 0.0, 0.0, 0, 0
    with WorkbookCells(workbook) as source:
        for proof in manifest.sheets:
            page = again.create_sheet(proof.name)
            columns = kinds.get(proof.name.partition(" (")[0], [Kind.NUMBER] * len(proof.columns))
            lines = source.rows(proof.name)
            page.append([_cell(text, Kind.TEXT) for text in next(lines, [])])  # the headings are texts
            rows += 1
            for some in _batches(lines):
                values = [[_cell(text, kind) for text, kind in zip(row, columns, strict=False)] for row in some]
                rows += len(values)
                cells += sum(value is not None for row in values for value in row)
                started, started_cpu = time.perf_counter(), time.process_time()
                for row in values:
                    page.append(row)
                seconds, cpu = seconds + time.perf_counter() - started, cpu + time.process_time() - started_cpu
    started, started_cpu = time.perf_counter(), time.process_time()
    again.save(out)
    return Bare(seconds + time.perf_counter() - started, cpu + time.process_time() - started_cpu, rows, cells)


def _cell(text: str, kind: Kind) -> object:
    """The value openpyxl is to write: dates as dates, text as the file has it, formulas as formulas."""
    if text.startswith("f"):
        return f"={text[1:].partition(RESULT)[0]}"
    return text[1:] if text.startswith("s") else value_of(text, kind)


def _batches(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while some := list(itertools.islice(rows, _BATCH)):
        yield some


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: one measurement, as text or JSON."""
    parser = argparse.ArgumentParser(prog="python -m gapwatch.bench.evidence", description=__doc__)
    parser.add_argument("--obligations", type=int, default=300_000)
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_argument("--export", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.export:
        sys.stdout.write(json.dumps(_export(chosen.export, chosen.out)))
        return 0
    measured = run_evidence_bench(obligations=chosen.obligations, say=_say)
    if chosen.format == "json":
        sys.stdout.write(json.dumps(asdict(measured)) + "\n")
        return 0
    for name, value in (
        ("rows of obligations", f"{measured.obligations:,}"),
        ("rows, cells", f"{measured.rows:,}, {measured.cells:,}"),
        ("export", f"{measured.seconds:.1f} s ({measured.cpu_seconds:.1f} cpu)"),
        (
            "openpyxl, the same cells, write-only",
            f"{measured.openpyxl_seconds:.1f} s ({measured.openpyxl_cpu_seconds:.1f} cpu)",
        ),
        ("export to openpyxl", f"{measured.ratio:.2f}"),
        ("export to openpyxl, in processor time", f"{measured.cpu_ratio:.2f}"),
        ("peak memory of the export", f"{measured.peak_rss_mb:,.0f} MB"),
        ("verification", f"{measured.verify_seconds:.1f} s"),
        ("workbook, manifest", f"{measured.workbook_mb:.1f} MB, {measured.manifest_mb:.1f} MB"),
    ):
        sys.stdout.write(f"{name:<38}{value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
