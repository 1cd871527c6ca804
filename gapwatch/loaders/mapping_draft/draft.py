"""The draft of a mapping: feed, columns, date formats and value maps of one file, and what is left to be answered.

Owns the guesses, by names first and by values second. A guess that could be wrong in silence (a date that fits two
patterns, a number for a status) is not made: it becomes a question. Called by ``gapwatch map``.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, GapwatchError
from gapwatch.feeds import FEEDS, Column, Kind
from gapwatch.loaders.mapping_draft.known_shapes import Shape, fitting_shapes, shapes
from gapwatch.loaders.mapping_draft.profile import Profile, profiles
from gapwatch.loaders.mapping_draft.synonyms import COLUMNS, meaning, plain
from gapwatch.loaders.raw import Raw
from gapwatch.loaders.reading import read

_DATES: Final = frozenset(
    {Kind.INSTANT, Kind.EXPIRY, Kind.END, Kind.DATE, Kind.END_DATE, Kind.EFFECTIVE, Kind.EFFECTIVE_END}
)
_HEAD = 1 << 18
_USUAL_RECORDS: Final = (
    "data.items",
    "d.results",
    "Report_Entry",
    "records",
    "rows",
    "items",
    "results",
    "value",
    "data",
    "users",
    "workers",
    "employees",
)
_PERSONAL: Final = frozenset({"full_name", "email", "username", "manager_id", "evaluator"})


@dataclass(frozen=True)
class Draft:
    """A proposed mapping. ``keys`` are those of a mapping file; ``preset``: the shipped one it is, if any, with the
    ``share`` of its columns that the file has. ``questions`` are for a person to answer; ``others`` are
    presets that may read the same file for another feed.
    """

    feed: str
    keys: dict[str, Any]
    preset: str | None
    share: float
    columns: dict[str, Profile]
    unused: tuple[Profile, ...]
    questions: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def source(self) -> dict[str, Any]:
        """The keys of a source that reads the file by this mapping."""
        return {**({"preset": self.preset} if self.preset else self.keys), "feed": self.feed}


def draft_mapping(path: Path, *, feed: str | None = None) -> Draft:
    """The mapping proposed for that file, of that feed where one is named.

    Raises LoadError for a file that cannot be read, ConfigurationError when no feed fits.
    """
    with tempfile.TemporaryDirectory(prefix="gapwatch-map-") as scratch, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        files = _Files(connection, path, Path(scratch))
        known = _known(files, shapes(feed))
        if known:
            shape, share = known[0]
            draft = _preset_draft(connection, files.read(*shape.reading), shape, share)
            return replace(draft, others=tuple(other.preset for other, _ in known[1:]))
        return _own_draft(connection, files, feed)


class _Files:
    """The file, read in each way once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> None:
        self._connection, self._path, self._scratch = connection, path, scratch
        self.name = path.name
        self._read: dict[tuple[str | None, str | None], Raw | GapwatchError] = {}
        with path.open("rb") as file:
            self.head = file.read(_HEAD).decode("utf-8", "replace")
        self.is_json = self.head.lstrip("\ufeff \r\n\t").startswith(("{", "["))

    def read(self, records: str | None, unnest: str | None) -> Raw:
        """The records, found and unnested as said. Raises GapwatchError."""
        way = (records, unnest)
        if way not in self._read:
            own = self._scratch / str(len(self._read))
            own.mkdir()
            form: Any = "json" if self.is_json else None
            source = Source(name="map", feed="workers", path=".", records=records, unnest=unnest, format=form)
            try:
                raw = read(self._connection, self._path, source=source, address=self._path.name, scratch=own)
                self._read[way] = self._readable(raw)
            except GapwatchError as error:
                self._read[way] = error
        found = self._read[way]
        if isinstance(found, GapwatchError):
            raise found
        return found

    def _readable(self, raw: Raw) -> Raw:
        """The records by the reader's quick way, unless that fails on this file."""
        if raw.otherwise is None:
            return raw
        try:
            counted = self._connection.execute(f"select count(*) from ({raw.relation})").fetchone()
        except duckdb.Error:
            return raw.otherwise()
        return raw if counted and counted[0] == raw.rows else raw.otherwise()


def _known(files: _Files, candidates: list[Shape]) -> list[tuple[Shape, float]]:
    """The shipped presets that the file was made for, the best first."""
    found: list[tuple[Shape, float]] = []
    for way in sorted({shape.reading for shape in candidates}, key=str):
        steps = [step for path in way if path for step in path.split(".")]
        if any(f'"{step}"' not in files.head for step in steps):
            continue
        try:
            raw = files.read(*way)
        except GapwatchError:
            continue
        same = [shape for shape in candidates if shape.reading == way]
        found += fitting_shapes(same, {column.name for column in raw.columns})
    return sorted(found, key=lambda one: (-one[1] * one[1] * len(one[0].names), one[0].preset))


def _preset_draft(connection: duckdb.DuckDBPyConnection, raw: Raw, shape: Shape, share: float) -> Draft:
    looked_at = {profile.column.name: profile for profile in profiles(connection, raw)}
    plain_names = {name: text.strip('"') for name, text in shape.keys["columns"].items()}
    columns = {name: looked_at[text] for name, text in plain_names.items() if text in looked_at}
    questions = [
        f"the mapping reads a second file: set path in [sources.lookups.{name}]"
        for name, lookup in shape.keys.get("lookups", {}).items()
        if not lookup.get("optional")
    ]
    for name, profile in columns.items():
        questions += _unknown_codes(shape.keys["feed"], name, profile, shape.keys.get("values", {}).get(name, {}))
    unused = tuple(profile for name, profile in looked_at.items() if name not in shape.names)
    return Draft(shape.keys["feed"], shape.keys, shape.preset, share, columns, unused, tuple(questions))


def _own_draft(connection: duckdb.DuckDBPyConnection, files: _Files, feed: str | None) -> Draft:
    records, raw = _records(files)
    looked_at = profiles(connection, raw)
    rated = [(*_assigned(name, looked_at), name) for name in ([feed] if feed else FEEDS)]
    score, columns, name = max(rated, key=lambda one: one[0])
    if not columns or score <= 0:
        raise ConfigurationError(
            "no column of the file bears a name that a feed knows",
            where=files.name,
            do=f"name the feed with --feed: {', '.join(FEEDS)}",
        )
    keys: dict[str, Any] = {"feed": name}
    if records:
        keys["records"] = records
    formats, questions = _formats(name, columns)
    if formats:
        keys["date_format"] = formats[0] if len(formats) == 1 else formats
    keys["columns"] = {
        canonical: profile.column.name for canonical, profile in columns.items() if profile.column.name != canonical
    }
    values = {}
    for canonical, profile in columns.items():
        column = FEEDS[name].column(canonical)
        if column is not None and column.kind is Kind.CHOICE:
            known = {code: meaning(code, canonical, column.choices) for code in profile.codes}
            values[canonical] = {code: told for code, told in known.items() if told and told != code.lower()}
            questions += _unknown_codes(name, canonical, profile, {code: told for code, told in known.items() if told})
    keys["values"] = {canonical: codes for canonical, codes in values.items() if codes}
    for column in FEEDS[name].columns:
        if column.required and column.name not in columns:
            questions.append(f"{column.name} is required, and no column looks like it: map it in [columns]")
    questions += _last_days(columns, values)
    used = {profile.column.name for profile in columns.values()}
    unused = tuple(profile for profile in looked_at if profile.column.name not in used)
    return Draft(name, keys, None, 0.0, columns, unused, tuple(questions))


def _records(files: _Files) -> tuple[str | None, Raw]:
    """Where the records lie: under one of the usual keys of a document, else the file is the list of them."""
    if files.is_json and files.head.lstrip("\ufeff \r\n\t").startswith("{"):
        for found in _USUAL_RECORDS:
            if all(f'"{step}"' in files.head for step in found.split(".")):
                try:
                    return found, files.read(found, None)
                except GapwatchError:
                    continue
    return None, files.read(None, None)


def _assigned(feed: str, looked_at: list[Profile]) -> tuple[float, dict[str, Profile]]:
    """The columns of a feed that the file seems to have, and how well the two fit."""
    options = []
    for column in FEEDS[feed].columns:
        names = COLUMNS.get(column.name, column.name).lower().split()
        for place, profile in enumerate(looked_at):
            rank = _rank(profile.column.name, column.name, names)
            if rank is None or (rank > 0 and column.kind in _DATES and profile.filled and not profile.is_date):
                continue
            options.append((rank, place, column, profile))
    options.sort(key=lambda one: one[:2])
    columns: dict[str, Profile] = {}
    used: set[int] = set()
    score = 0.0
    for rank, place, column, profile in options:
        if column.name in columns or place in used:
            continue
        columns[column.name] = profile
        used.add(place)
        score += (1.0 if column.required else 0.6) / (1 + rank / 10)
    missing = sum(column.required and column.name not in columns for column in FEEDS[feed].columns)
    ordered = {column.name: columns[column.name] for column in FEEDS[feed].columns if column.name in columns}
    return score - 1.5 * missing, ordered


def _rank(name: str, canonical: str, synonyms: list[str]) -> int | None:
    """How near a source column's name is to a canonical one: 0 the same, NULL not at all."""
    if name.lower() == canonical:
        return 0
    for rank, wanted in enumerate(synonyms, start=1):
        if plain(name) == wanted:
            return rank
    last = plain(name.rpartition(".")[2])
    return 20 + synonyms.index(last) if "." in name and last in synonyms else None


def _formats(feed: str, columns: dict[str, Profile]) -> tuple[list[str], list[str]]:
    """The formats that all date columns together need, and a question where two would fit."""
    formats: list[str] = []
    questions: list[str] = []
    dates = {name: profile for name, profile in columns.items() if _kind(feed, name) in _DATES and profile.patterns}
    sure = {profile.patterns[0] for profile in dates.values() if len(profile.patterns) == 1}
    for name, profile in dates.items():
        fitting = [one for one in profile.patterns if one in sure] or list(profile.patterns)
        if len(fitting) == 1:
            formats += [] if fitting[0] in formats else [fitting[0]]
        else:
            both = " and ".join(fitting)
            questions.append(
                f"the dates of {profile.column.name} ({name}) fit {both}: set date_format to the right one"
            )
    return formats, questions


def _last_days(columns: dict[str, Profile], values: dict[str, dict[str, str]]) -> list[str]:
    """What no value can show: whether an end names the last day or the first day after."""
    questions = []
    if "effective_to" in columns:
        name = columns["effective_to"].column.name
        questions.append(f'does {name} (effective_to) name the last day? then set end_dates = "inclusive"')
    status = columns.get("status")
    codes = {*values.get("status", {}).values(), *(code.lower() for code in (status.codes if status else ()))}
    if "effective_from" in columns and "terminated" in codes:
        questions.append('does a termination name the last day of work? then set termination_dates = "last_day"')
    return questions


def _kind(feed: str, name: str) -> Kind:
    column = FEEDS[feed].column(name)
    return column.kind if column else Kind.TEXT


def _unknown_codes(feed: str, name: str, profile: Profile, known: dict[str, str]) -> list[str]:
    column: Column | None = FEEDS[feed].column(name)
    if column is None or column.kind is not Kind.CHOICE:
        return []
    unknown = [code for code in profile.codes if code not in known and code.lower() not in column.choices]
    if not unknown and (profile.codes or not profile.filled):
        return []
    what = ", ".join(unknown) if unknown else "its values are too many to be codes"
    choices = ", ".join(column.choices)
    return [f"{profile.column.name} ({name}): say in [values.{name}] which of {choices} is meant by: {what}"]


def is_personal(column: str) -> bool:
    """Whether a canonical column names people."""
    return column in _PERSONAL
