"""A folder with a configuration, loaded through the command line, and peers to load from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
from command import Answer, gapwatch

from gapwatch.warehouse.landing import REJECTS, LoadRecord, load_folder, read_manifests, rows_path

from .http_service import HttpService

SECRET = "s3cr3t-Zq8_never-shown"  # noqa: S105


@dataclass
class Place:
    """One configuration and its warehouse."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse"

    @property
    def records(self) -> list[LoadRecord]:
        return sorted(read_manifests(self.warehouse), key=lambda record: (record.sequence, record.load_id))

    def configure(self, sources: str) -> None:
        """Write gapwatch.toml with these ``[[sources]]``."""
        text = f'[organisation]\nname = "Meridian"\ntimezone = "America/Chicago"\n{sources}'
        (self.folder / "gapwatch.toml").write_text(text, encoding="utf-8")

    def command(self, *arguments: str) -> Answer:
        """``gapwatch <arguments>``; wherever it speaks or writes, it must not name the secret."""
        answer = gapwatch(*arguments, "--config", str(self.folder / "gapwatch.toml"))
        assert SECRET not in answer.out + answer.err
        for path in self.warehouse.rglob("manifest.json"):
            assert SECRET not in path.read_text(encoding="utf-8")
        return answer

    def load(self, sources: str | None = None, *, at: str | None = None) -> Answer:
        """``gapwatch load``, of these sources from now on."""
        if sources is not None:
            self.configure(sources)
        return self.command("load", *(("--loaded-at", at) if at else ()))

    def rows(self, record: LoadRecord | None = None) -> list[dict[str, Any]]:
        """The rows of a load, by default of the newest."""
        return _read(rows_path(self.warehouse, record or self.records[-1]))

    def rejects(self) -> list[dict[str, Any]]:
        return _read(load_folder(self.warehouse, self.records[-1].load_id) / REJECTS)

    def cursor(self) -> dict[str, Any]:
        """What the newest load reached."""
        return dict(json.loads(self.records[-1].cursor or "{}"))


def _read(path: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        cursor = connection.execute(f"select * from read_parquet('{path}') order by row_number")
        names = [described[0] for described in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def missing(reason: str) -> NoReturn:
    """A peer cannot be had: skip here, fail where all must be there."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PEER_SECRET", SECRET)
    return Place(tmp_path)


@pytest.fixture
def service() -> Iterator[HttpService]:
    with HttpService() as running:
        yield running
