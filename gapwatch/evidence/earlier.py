"""An earlier export, as a workbook with its manifest or as a generation still in the warehouse.

Owns finding it, checking that it can be compared with, and handing out the rows of its sheets as Arrow tables.
Compares nothing: ``restatement`` does. Called by ``workbook``.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from gapwatch.errors import ConfigurationError, NothingPublished
from gapwatch.evidence.catalogue import duties, findings, people
from gapwatch.evidence.cells import Kind, value_of
from gapwatch.evidence.manifest import Manifest, UnreadableManifestError, manifest_path
from gapwatch.evidence.reading import WorkbookCells
from gapwatch.evidence.scope import Scope
from gapwatch.evidence.sheets import Column, TableSheet
from gapwatch.reads import Reader

if TYPE_CHECKING:
    import pyarrow as pa

_TYPES: Final = {
    Kind.DATE: "date32",
    Kind.INSTANT: "timestamp",
    Kind.INTEGER: "int64",
    Kind.NUMBER: "float64",
    Kind.PERCENT: "float64",
    Kind.YESNO: "bool_",
}

COMPARED: Final[dict[str, tuple[TableSheet, tuple[str, ...]]]] = {
    "obligations": (
        duties.OBLIGATIONS,
        ("worker_id", "requirement_id", "site", "valid_from", "valid_to", "state", "cause"),
    ),
    "gaps": (
        findings.GAPS,
        ("gap_id", "worker_id", "requirement_id", "site", "opened_at", "closed_at", "cause"),
    ),
    "population": (
        people.POPULATION,
        (
            *("worker_id", "person_id", "assignment_key", "valid_from", "valid_to", "status", "employment_type"),
            *("job_code", "department", "site", "task_scope", "recorded_at"),
        ),
    ),
    "identity": (people.IDENTITY, ("what", "account_id", "match_status", "worker_id")),
    "training": (
        duties.TRAINING,
        (
            *("completion_id", "account_id", "worker_id", "course_id", "completed_at", "result", "site"),
            *("expires_at", "requirement_id", "is_first_row"),
        ),
    ),
    "requirements": (
        duties.REQUIREMENTS,
        (
            *("requirement_id", "rule_id", "validity_months", "grace_days", "is_site_specific", "retrain_on"),
            *("courses", "applies_to", "effective_from", "effective_to"),
        ),
    ),
    "exceptions": (
        duties.EXCEPTIONS,
        (
            *("exception_id", "worker_id", "requirement_id", "kind", "starts_on", "ends_on"),
            *("approved_by", "approved_at"),
        ),
    ),
}


class Earlier(Protocol):
    """What a comparison needs of an earlier export. Instants are UTC and aware; ``sql``: model -> hash of its text."""

    @property
    def label(self) -> str:
        """What it is called on Parameters."""
        ...

    @property
    def known_at(self) -> dt.datetime:
        """Its instant of knowledge."""
        ...

    @property
    def period_to(self) -> dt.datetime:
        """The end of its period."""
        ...

    @property
    def policy_sha256(self) -> str:
        """The hash of its policy."""
        ...

    @property
    def sql(self) -> Mapping[str, str]:
        """The hashes of its models, as ``folder/name``."""
        ...

    def rows(self, name: str) -> pa.Table:
        """The rows of a sheet of ``COMPARED``, its columns alone."""
        ...

    def close(self) -> None:
        """Let go of its files."""
        ...


def open_earlier(reader: Reader, scope: Scope, against: str) -> Earlier:
    """The export named by ``against``: a workbook, its manifest, or the run id of a generation in the warehouse.

    Raises ConfigurationError when it is not there, was changed since it was written, or has another scope.
    """
    if reader.viewer is not None and not reader.viewer.sees_everything:
        raise ConfigurationError(
            "an earlier export holds more than this role may see", do="ask for the export without a comparison"
        )
    path = Path(against)
    if path.suffix.lower() not in (".xlsx", ".json"):
        return _EarlierRun(reader, scope, against)
    if path.suffix.lower() == ".json":
        manifest = _manifest(path)
        workbook = path.with_name(manifest.workbook.name)
        if not workbook.is_file():
            return _EarlierRun(reader, _same_scope(scope, manifest, path), manifest.run_id)
    else:
        workbook, manifest = path, _manifest(manifest_path(path))
    _same_scope(scope, manifest, workbook)
    return _EarlierWorkbook(workbook, manifest)


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest.load(path)
    except UnreadableManifestError as error:
        raise ConfigurationError(
            f"the earlier export has no manifest to go by: {error}",
            where=str(path),
            do="name the earlier workbook with its manifest beside it, or the run id of a kept generation",
        ) from error


def _same_scope(scope: Scope, manifest: Manifest, path: Path) -> Scope:
    before, now = manifest.parameters, scope.stated
    for name in (*scope.filters, "period_from"):
        if before.get(name) != now[name]:
            raise ConfigurationError(
                f"the earlier export has another scope: {name} was {_said(before.get(name))}, is {_said(now[name])}",
                where=path.name,
                do="export with the same filters and the same start of the period",
            )
    return scope


def _said(value: object) -> str:
    return "not limited" if value is None else str(value)


@dataclass(frozen=True)
class _EarlierWorkbook:
    """A workbook and its manifest; verified before its rows are believed."""

    path: Path
    manifest: Manifest

    def __post_init__(self) -> None:
        from gapwatch.evidence.verify import verify

        differences = verify(self.path)
        if differences:
            raise ConfigurationError(
                f"the earlier export is not what was written: {differences[0]}",
                where=self.path.name,
                do="compare with an untouched copy, or with the run id of a kept generation",
            )

    @property
    def label(self) -> str:
        return f"{self.path.name}, export {self.manifest.export_id}, as of {self._instant('as_of'):%Y-%m-%d %H:%M} UTC"

    @property
    def known_at(self) -> dt.datetime:
        return self._instant("known_at")

    @property
    def period_to(self) -> dt.datetime:
        return self._instant("period_to")

    @property
    def policy_sha256(self) -> str:
        return self.manifest.policy_sha256

    @property
    def sql(self) -> Mapping[str, str]:
        return self.manifest.sql

    def _instant(self, name: str) -> dt.datetime:
        return dt.datetime.fromisoformat(str(self.manifest.parameters[name]))

    def rows(self, name: str) -> pa.Table:
        sheet, wanted = COMPARED[name]
        columns = [next(each for each in sheet.columns if each.name == column) for column in wanted]
        parts = [proof for proof in self.manifest.sheets if proof.name.partition(" (")[0] == sheet.name]
        lacking = [column.title for column in columns if not all(column.title in part.columns for part in parts)]
        if not parts or lacking:
            raise ConfigurationError(
                f"the earlier export has no {', '.join(lacking) or 'sheet'} on {sheet.name}",
                where=self.path.name,
                do="it was written by another version: compare with the run id of a kept generation",
            )
        values: list[list[Any]] = [[] for _ in columns]
        with WorkbookCells(self.path) as cells:
            for part in parts:
                at = [part.columns.index(column.title) for column in columns]
                for row in _data_rows(cells.rows(part.name), part.rows):
                    for into, column, position in zip(values, columns, at, strict=True):
                        into.append(value_of(row[position] if position < len(row) else "", column.kind))
        return _table(columns, values)

    def close(self) -> None:
        """Nothing is kept open."""


def _data_rows(rows: Iterator[list[str]], count: int) -> Iterator[list[str]]:
    next(rows, None)  # the heading
    for _, row in zip(range(count), rows, strict=False):
        yield row


def _table(columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    def kind(column: Column) -> pa.DataType:
        name = _TYPES.get(column.kind, "string")
        return pa.timestamp("us") if name == "timestamp" else getattr(pa, name)()

    return pa.table(
        {column.name: pa.array(some, kind(column)) for column, some in zip(columns, values, strict=True)},
    )


class _EarlierRun:
    """A generation that is still in the warehouse, asked with this export's scope up to its own as-of instant."""

    def __init__(self, reader: Reader, scope: Scope, run_id: str) -> None:
        try:
            self._reader = Reader.open(reader.path.parent.parent, run_id=run_id)
        except NothingPublished as error:
            raise ConfigurationError(
                f"there is no earlier export or generation {run_id!r}",
                where=str(reader.path.parent),
                do="name an earlier workbook (.xlsx), its manifest, or a run id that is still kept",
            ) from error
        self._scope = scope

    @property
    def label(self) -> str:
        return f"generation {self._reader.run.run_id}, as of {self._reader.run.as_of:%Y-%m-%d %H:%M} UTC"

    @property
    def known_at(self) -> dt.datetime:
        return self._reader.run.known_at

    @property
    def period_to(self) -> dt.datetime:
        return min(self._reader.run.as_of, self._scope.period_to)

    @property
    def policy_sha256(self) -> str:
        return self._reader.run.policy_sha256

    @property
    def sql(self) -> Mapping[str, str]:
        rows = self._reader.relation("select folder || '/' || model, sql_sha256 from models").fetchall()
        return {str(name): str(digest) for name, digest in rows}

    def rows(self, name: str) -> pa.Table:
        sheet, wanted = COMPARED[name]
        end = self.period_to.astimezone(dt.UTC).replace(tzinfo=None)
        parameters = {**self._scope.question_parameters, "period_to": end}
        cursor = self._reader.question(sheet.question, **parameters)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a question's result is copied once is no news
            table: pa.Table = cursor.to_arrow_table()
        return table.select(list(wanted))

    def close(self) -> None:
        self._reader.close()
