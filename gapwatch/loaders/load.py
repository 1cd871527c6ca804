"""The load of one file, of one source's files, of all sources: fetch, read, map, convert, judge, land.

Owns the order of these steps and that a command lands all of its loads or none. Steps live in their own
modules. Called by the pipeline through ``gapwatch.loaders``.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from gapwatch.config import Settings, Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.feeds import FEEDS
from gapwatch.loaders.convert import LEFT_OUT, Conversion
from gapwatch.loaders.corrected import Corrected
from gapwatch.loaders.dates import is_pattern
from gapwatch.loaders.duplicates import reject_duplicates
from gapwatch.loaders.fetch import Fetched, fetch
from gapwatch.loaders.guard import held_because
from gapwatch.loaders.intake import Judge, failed_check
from gapwatch.loaders.lookups import fetch_lookups, with_lookups
from gapwatch.loaders.mapping import map_columns
from gapwatch.loaders.mapping_digest import mapping_digest
from gapwatch.loaders.preset import Described, with_preset
from gapwatch.loaders.raw import Raw, quoted_text
from gapwatch.loaders.reading import read
from gapwatch.loaders.services import fetch_service
from gapwatch.loaders.trailer import compare_count, without_trailer
from gapwatch.warehouse.landing import (
    REJECTS,
    ROWS,
    LoadRecord,
    batch_name,
    finish_load,
    landing_folder,
    load_name,
    read_manifests,
    remove_unfinished,
    rows_path,
    start_load,
)
from gapwatch.warehouse.ledger import last_columns, last_cursor
from gapwatch.warehouse.lock import warehouse_lock

Progress = Callable[[str], None]

_MAIN_DATE: Final = {
    "workers": "hired_on",
    "role_history": "coalesce(effective_from_local, effective_from_at)",
    "lms_accounts": "created_at",
    "lms_logins": "logged_in_at",
    "lms_assignments": "assigned_at",
    "lms_completions": "completed_at",
    "sync_runs": "started_at",
    "sync_errors": "occurred_at",
    "hris_training_records": "completed_at",
}


@dataclass(frozen=True)
class _Staged:
    """A load written but not finished: its record, and where its rows lie until then."""

    record: LoadRecord
    rows: Path


def load_source(
    settings: Settings,
    source: Source,
    *,
    loaded_at: dt.datetime,
    progress: Progress | None = None,
    judge: Judge | None = None,
) -> list[LoadRecord]:
    """Load the files of one source; one record per file, in sorted order of their addresses.

    ``loaded_at`` is an aware instant. A record's status is ``accepted``, ``held`` (see its reason; not in
    force) or ``unchanged``. ``judge`` looks at each batch before it counts. Raises LoadError or ConfigurationError,
    having landed nothing; WarehouseBusy.
    """
    return _load(settings, (source,), loaded_at, progress, judge=judge)


def load_all(
    settings: Settings, *, loaded_at: dt.datetime, progress: Progress | None = None, judge: Judge | None = None
) -> list[LoadRecord]:
    """Load every configured source, as ``load_source``, all or none of them."""
    return _load(settings, settings.sources, loaded_at, progress, judge=judge)


def load_corrected(
    settings: Settings,
    source: Source,
    corrected: Corrected,
    *,
    loaded_at: dt.datetime,
    progress: Progress | None = None,
) -> LoadRecord:
    """Load corrected rows of that source as an addition to what it delivered; as ``load_source``."""
    return _load(settings, (source,), loaded_at, progress, corrected)[0]


def _load(
    settings: Settings,
    sources: tuple[Source, ...],
    loaded_at: dt.datetime,
    progress: Progress | None,
    corrected: Corrected | None = None,
    judge: Judge | None = None,
) -> list[LoadRecord]:
    if loaded_at.tzinfo is None:
        raise ConfigurationError("loaded_at names no offset", do="write it like 2026-03-12T06:00:00Z")
    warehouse = settings.warehouse.path
    with warehouse_lock(warehouse), ExitStack() as undo:
        remove_unfinished(warehouse)
        earlier = read_manifests(warehouse)
        landing_folder(warehouse).mkdir(parents=True, exist_ok=True)
        undo.callback(remove_unfinished, warehouse)  # what an error leaves unfinished
        scratch = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix=".tmp-", dir=landing_folder(warehouse))))
        connection = undo.enter_context(
            duckdb.connect(config={"temp_directory": str(scratch / "spill"), "memory_limit": "2GB"})
        )
        connection.execute("set timezone = 'UTC'")
        staged: list[_Staged] = []
        for source in sources:
            sequence = 1 + max((load.sequence for load in earlier), default=0)
            described = with_preset(source, folder=settings.folder)
            batch = _Batch(settings, described, loaded_at, sequence, earlier, connection, progress, corrected)
            staged += batch.stage(scratch, judge)
        records = [replace(load.record, command_loads=len(staged)) for load in staged]
        for record in records:
            finish_load(warehouse, record)
        return records


class _OtherRowsError(Exception):
    """The file does not have as many records as its reader counted, or not every one is a row or a reject."""


class _Batch:
    """The files of one source in one command."""

    def __init__(
        self,
        settings: Settings,
        described: Described,
        loaded_at: dt.datetime,
        sequence: int,
        earlier: list[LoadRecord],
        connection: duckdb.DuckDBPyConnection,
        progress: Progress | None,
        corrected: Corrected | None,
    ) -> None:
        self._settings, self._described, self._loaded_at = settings, described, loaded_at
        self._source = described.source
        self._sequence, self._earlier, self._connection = sequence, earlier, connection
        self._progress = progress or (lambda _: None)
        self._warehouse = settings.warehouse.path
        self._corrected = corrected
        self._lookups: dict[str, Fetched] = {}
        self._name = batch_name(self._warehouse, source=self._source.name, loaded_at=loaded_at)

    def stage(self, scratch: Path, judge: Judge | None) -> list[_Staged]:
        """Write every file's load, judge them together; nothing counts yet."""
        own = scratch / f"source-{self._source.name.replace('/', '_')}"
        own.mkdir()
        if self._corrected is None:
            self._lookups = fetch_lookups(self._source, folder=self._settings.folder, scratch=own)
        files = list(self._files(own))
        staged = []
        for number, file in enumerate(files, start=1):
            staged.append(self._stage_file(self._blank(file, number, len(files)), file, scratch=own))
        batch = [(load.record, load.rows) for load in staged]
        earlier, warehouse = self._earlier, self._warehouse
        guard = self._settings.guard
        reason = held_because(self._connection, batch, earlier=earlier, warehouse=warehouse, guard=guard)
        if reason is None and judge is not None:
            reason = failed_check(self._connection, batch, earlier=earlier, warehouse=warehouse, judge=judge)
        shutil.rmtree(own)
        if reason is None:
            return staged
        self._progress(f"{self._source.name}: held: {reason}")
        return [replace(load, record=replace(load.record, status="held", reason=reason)) for load in staged]

    def _files(self, scratch: Path) -> Iterator[Fetched]:
        if self._corrected is not None:
            return iter((self._corrected.file,))
        if self._source.service is None:
            return fetch(self._source.path, folder=self._settings.folder, scratch=scratch, source=self._source.name)
        cursor = last_cursor(self._earlier, source=self._source.name)
        known = last_columns(self._earlier, source=self._source.name)
        return fetch_service(self._source, scratch=scratch, cursor=cursor, known=known, progress=self._progress)

    def _blank(self, file: Fetched, number: int, files: int) -> LoadRecord:
        load_id = load_name(self._name, number=number)
        retakes = self._corrected.retakes if self._corrected else None
        adds = retakes is not None and self._source.mode in ("full", "snapshot")
        return LoadRecord(
            load_id=load_id,
            batch=self._name,
            batch_files=files,
            sequence=self._sequence,
            source=self._source.name,
            feed=self._source.feed,
            mode="delta" if adds else self._source.mode,
            vanished="go" if adds else self._source.vanished,
            retakes=retakes,
            carries="changes" if self._source.carries_changes else "whole",
            termination_dates=self._source.termination_dates,
            address=file.address,
            sha256=file.sha256,
            bytes=file.size,
            cursor=last_cursor(self._earlier, source=self._source.name) if retakes else file.cursor,
            loaded_at=self._loaded_at,
            timezone=self._source.timezone,
            mapping_sha256=mapping_digest(self._source, self._settings.organisation.timezone, self._lookups),
            content_load_id=load_id,
        )

    def _stage_file(self, blank: LoadRecord, file: Fetched, *, scratch: Path) -> _Staged:
        folder = start_load(self._warehouse, blank.load_id)
        same = self._same(blank)
        if same is not None:
            self._progress(f"{blank.source}: unchanged since {same.load_id}")
            unchanged = replace(
                blank,
                status="unchanged",
                reason=f"the same file as load {same.load_id}",
                content_load_id=same.content_load_id,
                schema=same.schema,
                drift=same.drift,
                missing_optional=same.missing_optional,
                effective_min=same.effective_min,
                effective_max=same.effective_max,
            )
            return _Staged(unchanged, rows_path(self._warehouse, unchanged))
        work = scratch / blank.load_id
        work.mkdir()
        path, stated, where = file.path, None, f"source {blank.source}, file {file.address}"
        if self._source.trailer is not None and self._corrected is None:
            path, stated = without_trailer(path, self._source.trailer, scratch=work, where=where)
        if self._corrected is not None:
            raw = self._corrected.raw(work)
        else:
            raw = read(
                self._connection, path, source=self._source, address=file.address, scratch=work, form=file.format
            )
            raw = with_lookups(self._connection, raw, self._source, self._lookups, scratch=work)
        try:
            try:
                record = self._convert(blank, raw, folder)
            except (duckdb.Error, _OtherRowsError):
                if raw.otherwise is None:
                    raise
                record = self._convert(blank, raw.otherwise(), folder)
        except (duckdb.Error, _OtherRowsError) as error:  # its message may quote a value
            raise LoadError(
                f"the file's rows cannot be read or converted: {type(error).__name__}",
                where=f"source {blank.source}, file {file.address}",
                do="check that the file is whole and that the disk has room",
            ) from error
        if not file.is_as_fetched():
            raise LoadError(
                "the file changed while it was read",
                where=f"source {blank.source}, file {file.address}",
                do="load it again when the export has completed",
            )
        compare_count(stated, record.rows_read, where=where)
        shutil.rmtree(work)
        left_out = f" ({record.rows_left_out:,} of them left out by where)" if record.rows_left_out else ""
        self._progress(f"{record.source}: {record.rows_read:,} rows read, {record.rows_rejected:,} rejected{left_out}")
        gone = [name for name in last_columns(self._earlier, source=record.source) if name not in record.schema]
        for what, names in (("not known to the mapping", record.drift), ("gone since the load before", gone)):
            if names and self._corrected is None:
                self._progress(f"{record.source}: columns {what}: {', '.join(names)}")
        return _Staged(record, folder / ROWS)

    def _same(self, blank: LoadRecord) -> LoadRecord | None:
        """The newest load not held of that address, when its bytes and mapping are the same."""
        own = [
            load
            for load in self._earlier
            if (load.source, load.address) == (blank.source, blank.address) and load.status != "held"
        ]
        newest = max(own, key=lambda load: (load.loaded_at, load.sequence), default=None)
        if newest and (newest.sha256, newest.mapping_sha256) == (blank.sha256, blank.mapping_sha256):
            return newest
        return None

    def _convert(self, blank: LoadRecord, raw: Raw, folder: Path) -> LoadRecord:
        where = f"source {blank.source}, file {blank.address}"
        optional = frozenset({"effective_from"} if self._source.mode == "snapshot" else ())
        if self._source.carries_changes:
            feed = FEEDS[blank.feed]
            optional |= {column.name for column in feed.columns if column.name not in feed.identity}
        mapping = map_columns(raw, self._source, optional=optional, given=self._described.given, where=where)
        zone = self._source.timezone or self._settings.organisation.timezone
        self._check_dates(zone, where=where)
        undated = self._corrected.undated_at if self._corrected else self._loaded_at
        conversion = Conversion(raw, mapping, self._source, zone=zone, loaded_at=undated)
        rows, rejects = folder / ROWS, folder / REJECTS
        self._copy(conversion.rows(load_id=blank.load_id), rows, in_order=raw.rows is None)
        accepted = self._count(_parquet(rows))
        read_rows = accepted if accepted == raw.rows else self._count(f"({raw.relation})")
        if raw.rows is not None and read_rows != raw.rows:
            raise _OtherRowsError
        parts = []
        if accepted < read_rows:
            faulty = (
                f"select * from ({raw.relation}) as all_rows "
                f"where row_number not in (select row_number from {_parquet(rows)})"
            )
            parts.append(conversion.rejects(load_id=blank.load_id, relation=faulty))
        if not self._source.carries_changes:  # where each row is a change, none replaces another
            duplicates = reject_duplicates(self._connection, rows, feed=blank.feed, raw=raw, load_id=blank.load_id)
            if duplicates:
                parts.append(duplicates)
        if raw.malformed:
            parts.append(
                f"select {quoted_text(blank.load_id)} as load_id, row_number, null as column_name, "
                f"null as raw_value, reason, cast(json_object('record', record) as varchar) as row "
                f"from {_parquet(raw.malformed)}"
            )
        self._copy(_rejects(parts), rejects)
        first, last = self._range(blank.feed, rows)
        record = replace(
            blank,
            rows_read=read_rows + raw.malformed_rows,
            rows_accepted=self._count(_parquet(rows)),
            rows_rejected=self._count(_parquet(rejects)),
            rows_left_out=self._count(
                f"(from {_parquet(rejects)} as rejects where starts_with(reason, {quoted_text(LEFT_OUT)}))"
            ),
            schema=tuple(column.name for column in raw.columns),
            drift=tuple(column.name for column in mapping.drift),
            missing_optional=mapping.missing_optional,
            effective_min=first,
            effective_max=last,
        )
        if record.rows_read != record.rows_accepted + record.rows_rejected:
            raise _OtherRowsError
        return record

    def _check_dates(self, zone: str, *, where: str) -> None:
        """Raises ConfigurationError for a zone or a date pattern that the engine does not know."""
        try:
            self._connection.execute("select cast(timezone(?, timestamp '2026-01-01') as varchar)", [zone]).fetchall()
            for pattern in filter(is_pattern, self._source.date_formats):
                self._connection.execute("select cast(try_strptime('', ?) as varchar)", [pattern]).fetchall()
        except duckdb.Error as error:
            raise ConfigurationError(
                str(error).splitlines()[0], where=where, do="correct timezone or date_format in [[sources]]"
            ) from error

    def _range(self, feed: str, rows: Path) -> tuple[str | None, str | None]:
        if feed not in _MAIN_DATE:
            return None, None
        found = self._connection.execute(
            f"select cast(cast(min({_MAIN_DATE[feed]}) as date) as varchar), "
            f"cast(cast(max({_MAIN_DATE[feed]}) as date) as varchar) from {_parquet(rows)}"
        ).fetchone()
        return found or (None, None)

    def _copy(self, select: str, target: Path, *, in_order: bool = True) -> None:
        self._connection.execute(f"set preserve_insertion_order = {in_order}")
        self._connection.execute(f"copy ({select}) to {quoted_text(str(target))} (format parquet)")
        self._connection.execute("set preserve_insertion_order = true")

    def _count(self, relation: str) -> int:
        counted = self._connection.execute(f"select count(*) from {relation}").fetchone()
        return int(counted[0]) if counted else 0


def _rejects(parts: list[str]) -> str:
    """SELECT of the rejects table in row order; of no row when there are no parts."""
    texts = ", ".join(f"cast(null as varchar) as {name}" for name in ("column_name", "raw_value", "reason", "row"))
    none = f"select cast(null as varchar) as load_id, cast(null as bigint) as row_number, {texts} where false"
    union = " union all ".join(f"(select * from ({part}) as part)" for part in [none, *parts])
    return f"select * from ({union}) as rejects order by row_number"


def _parquet(path: Path) -> str:
    return f"read_parquet({quoted_text(str(path))})"
