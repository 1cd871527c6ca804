"""What a page reads: the generation that its scope names, and cached answers of ``queries/ask/page_*.sql``.

Owns opening and caching readers and frames. Decides no rule and shows nothing but a spinner while a past
day is built.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import streamlit as st

from gapwatch.config import Settings
from gapwatch.dashboard import words
from gapwatch.dashboard.state import DIMENSIONS, Scope
from gapwatch.dashboard.theme import Palette
from gapwatch.reads import Reader, RunParameters, question_parameters
from gapwatch.viewers import LOCAL, Viewer
from gapwatch.warehouse.generations import generation_path

ROW_LIMIT = 2000
PAGE_ROWS = 50
"""Rows of a paged table that leave the database at a time."""


@dataclass(frozen=True)
class View:
    """All a page needs: settings, what it is about, the generation to read, and the colours to draw in."""

    settings: Settings
    scope: Scope
    reader: Reader
    stamp: str
    palette: Palette
    viewer: Viewer = LOCAL
    logged: Mapping[str, str] = field(default_factory=dict)  # the scope as the access log tells it

    @property
    def run(self) -> RunParameters:
        """The parameters of the generation that is read."""
        return self.reader.run

    @property
    def zone(self) -> str:
        """The organisation's time zone, in which pages state instants."""
        return self.run.organisation_timezone

    def ask(self, name: str, **parameters: object) -> pd.DataFrame:
        """The answer of ``queries/ask/<name>.sql`` in this scope; the scope's filters are passed where it
        takes them.
        """
        takes = question_parameters(name)
        bound = {key: value for key, value in self.scope.filters().items() if key in takes} | parameters
        return _answer(self.reader, self.stamp, name, tuple(sorted(bound.items())))

    def ahead(self, *names: str, **parameters: object) -> None:
        """Ask these before anything is drawn. A page sends what it draws piece by piece, and a browser lays out the
        whole page for each piece: the pieces had better come together.
        """
        for name in names:
            if self.may(name):
                self.ask_if_built(name, **parameters)

    def cursor(self, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
        """As ``ask``, but a cursor over all rows, for downloads; nothing of it is kept."""
        takes = question_parameters(name)
        bound = {key: value for key, value in self.scope.filters().items() if key in takes} | parameters
        return self.reader.question(name, **bound)

    def may(self, name: str) -> bool:
        """Whether the viewer's role shows what that question reads."""
        return self.reader.answers(name)

    def ask_if_built(self, name: str, **parameters: object) -> pd.DataFrame:
        """As ``ask``; an empty frame when the report was built without a table that the question reads."""
        try:
            return self.ask(name, **parameters)
        except duckdb.CatalogException:
            return pd.DataFrame()

    def first(self, name: str, **parameters: object) -> dict[str, Any]:
        """The first row of that answer as a dict, empty when there is none; missing values are None."""
        frame = self.ask(name, **parameters)
        if frame.empty:
            return {}
        row = {str(column): frame[column].iloc[0] for column in frame.columns}
        return {column: None if pd.isna(value) else value for column, value in row.items()}

    def beyond(self, name: str) -> list[str]:
        """Filters of the scope that are set but that this question does not take."""
        takes = question_parameters(name)
        return [key for key in self.scope.narrowed() if key in DIMENSIONS and key not in takes]

    def as_of_words(self) -> str:
        """ "16 Nov 2026, 06:00 CST"."""
        return words.moment(self.run.as_of, self.zone)


def open_reader(settings: Settings, scope: Scope, viewer: Viewer = LOCAL) -> tuple[Reader, str]:
    """The reader of the generation that the scope names, as the viewer may see it, and a stamp that changes when its
    file does and differs between viewers who see different rows.

    Builds the generation of a past day when there is none yet (seconds; a spinner says so). A viewer with a period
    sees, unless the scope says otherwise, its last day, or the newest report where that is earlier. Raises
    GapwatchError when nothing is published, that day cannot be built, or it lies outside the viewer's period.
    """
    path = generation_path(settings.warehouse.path)
    run = _open(path, LOCAL)[0].run
    as_of = scope.as_of or _newest(run, viewer)
    known_at = scope.known_at or run.known_at
    if _second(as_of) == _second(run.as_of) and _second(known_at) == _second(run.known_at):
        return _open(path, viewer)
    return _open(_past(settings, path.stem, as_of, known_at), viewer)


def _past(settings: Settings, published: str, as_of: dt.datetime, known_at: dt.datetime) -> Path:
    """The generation of another day, built when it is asked for the first time.

    It is not cut out of the published one: what was found then differs from what the published timeline says of that
    day (answers due since, accounts and assignments judged at as-of), so the same models are run at that instant. What
    was built is kept among the generations, and asked for again it is there at once, for everybody.
    """
    found = _built(settings, published, as_of, known_at)
    if not found.is_file():  # pruned since
        _built.clear()
        found = _built(settings, published, as_of, known_at)
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _built(_settings: Settings, published: str, as_of: dt.datetime, known_at: dt.datetime) -> Path:  # noqa: ARG001
    from gapwatch.pipeline import generation_for

    said = words.moment(as_of, _settings.organisation.timezone)
    asked = f"Working out what was true at {said}. A day asked for the first time takes some time; then it is kept."
    with st.spinner(asked, show_time=True):
        return generation_for(_settings, as_of=as_of, known_at=known_at)


def _newest(run: RunParameters, viewer: Viewer) -> dt.datetime:
    if viewer.period_to is None:
        return run.as_of
    zone = ZoneInfo(run.organisation_timezone)
    ends = dt.datetime.combine(viewer.period_to + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    return min(ends, run.as_of)


def _second(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0)


def _open(path: Path, viewer: Viewer) -> tuple[Reader, str]:
    stamp = f"{path.stem}-{path.stat().st_mtime_ns}-{viewer.reach}"
    return _reader(str(path), stamp, viewer), stamp


@st.cache_resource(max_entries=16, show_spinner=False)
def _reader(path: str, stamp: str, _viewer: Viewer) -> Reader:  # noqa: ARG001 (the stamp keys the cache)
    return Reader(Path(path), viewer=_viewer)


@st.cache_data(max_entries=512, show_spinner=False)
def _answer(
    _reader: Reader,
    stamp: str,  # noqa: ARG001 (the stamp keys the cache)
    name: str,
    parameters: tuple[tuple[str, object], ...],
) -> pd.DataFrame:
    return _reader.ask(name, **dict(parameters))
