"""A landing zone to load into: write a file, load it, look at its rows and rejects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gapwatch.config import Guard, Organisation, Settings, Source, Warehouse
from gapwatch.loaders import LoadRecord, load_all, load_source
from gapwatch.warehouse.landing import REJECTS, load_folder, rows_path

FIRST = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)


def read_parquet(path: Path) -> list[dict[str, Any]]:
    """All rows of a Parquet file, by row number."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        cursor = connection.execute(f"select * from read_parquet('{path}') order by row_number")
        names = [described[0] for described in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass
class Loading:
    """Loads of one configuration in a folder of their own."""

    folder: Path
    timezone: str = "America/Chicago"
    guard: Guard = field(default_factory=Guard)
    record: LoadRecord = field(init=False)

    @property
    def settings(self) -> Settings:
        return Settings(
            folder=self.folder,
            organisation=Organisation(timezone=self.timezone),
            warehouse=Warehouse(path=self.warehouse),
            guard=self.guard,
        )

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    def write(self, content: str | bytes, name: str = "feed.csv") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def load(
        self,
        feed: str,
        content: str | bytes | None = None,
        *,
        at: dt.datetime = FIRST,
        file: str = "feed.csv",
        **source: Any,
    ) -> list[dict[str, Any]]:
        """Load one file; its rows. The record is then in ``record``."""
        if content is not None:
            self.write(content, file)
        source = {"name": "test", "path": file} | source
        self.record = load_source(self.settings, Source(feed=feed, **source), loaded_at=at)[0]
        return self.rows()

    def load_each(self, sources: Iterable[Source], *, at: dt.datetime = FIRST) -> list[LoadRecord]:
        settings = self.settings.model_copy(update={"sources": tuple(sources)})
        return load_all(settings, loaded_at=at)

    def rows(self) -> list[dict[str, Any]]:
        return read_parquet(rows_path(self.warehouse, self.record))

    def rejects(self) -> list[dict[str, Any]]:
        return read_parquet(load_folder(self.warehouse, self.record.load_id) / REJECTS)


@pytest.fixture
def loading(tmp_path: Path) -> Loading:
    return Loading(tmp_path)
