"""Rejects: counted, exported in the source's own columns, inert in a spreadsheet, and taken again once corrected."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from gapwatch.config import Settings, Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.rejects import count_rejects, export_rejects, loads_with_rejects, retake
from gapwatch.warehouse.landing import read_manifests
from gapwatch.warehouse.ledger import newest_batch

from .conftest import FIRST, Loading, read_parquet

DAY = dt.timedelta(days=1)
FILE = (
    'Pers-Nr,Name,Hired\n007,"Ann, A",05.01.2026\n008,=HYPERLINK("x"),soon\n009,\'s Gravesande,-\n,@nobody,2026-01-05\n'
)
SOURCE = Source(
    name="hr",
    feed="workers",
    path="feed.csv",
    date_format="%d.%m.%Y",
    columns={"worker_id": "Pers-Nr", "full_name": "Name", "hired_on": "Hired"},
)


@pytest.fixture
def loaded(loading: Loading) -> Settings:
    """One row of four is accepted."""
    loading.write(FILE)
    (loading.record,) = loading.load_each([SOURCE])
    assert (loading.record.rows_read, loading.record.rows_accepted) == (4, 1)
    return loading.settings.model_copy(update={"sources": (SOURCE,)})


def exported(settings: Settings) -> list[list[str]]:
    """The file that the newest rejects are exported to."""
    target = settings.folder / "rejects.csv"
    loads = loads_with_rejects(settings.warehouse.path)
    assert export_rejects(settings.warehouse.path, loads, target) == sum(load.rows_rejected for load in loads)
    with target.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def corrected(settings: Settings, rows: list[list[str]]) -> Path:
    file = settings.folder / "corrected.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows(rows)
    return file


def test_counts_by_column_and_reason(loaded: Settings) -> None:
    loads = loads_with_rejects(loaded.warehouse.path)
    counted = [(one.column_name, one.rows, one.first_row) for one in count_rejects(loaded.warehouse.path, loads)]
    assert counted == [("hired_on", 2, 3), ("worker_id", 1, 5)]


def test_the_export_has_the_rows_as_they_were_and_no_formula(loaded: Settings) -> None:
    header, *rows = exported(loaded)
    assert header[5:] == ["Pers-Nr", "Name", "Hired"]
    (load_id,) = {row[0] for row in rows}
    assert load_id == read_manifests(loaded.warehouse.path)[0].load_id
    assert [row[1:4] for row in rows] == [["3", "hired_on", "soon"], ["4", "hired_on", "'-"], ["5", "worker_id", ""]]
    assert [row[5:] for row in rows] == [
        ["008", '\'=HYPERLINK("x")', "soon"],
        ["009", "''s Gravesande", "'-"],
        ["", "'@nobody", "2026-01-05"],
    ]
    assert not [text for row in rows for text in row if text.startswith(tuple("=+-@\t\r\n"))]


def test_corrected_rows_are_a_load_that_adds_and_replaces_nothing(loaded: Settings) -> None:
    header, first, second, third = exported(loaded)
    first[-1], second[-1] = "06.01.2026", "2026-01-07"
    file = corrected(loaded, [header, first, second, third])
    record = retake(loaded, file, loaded_at=FIRST + DAY)
    assert (record.rows_read, record.rows_accepted, record.rows_rejected) == (3, 2, 1)
    assert (record.mode, record.source, record.feed) == ("delta", "hr", "workers")
    assert record.retakes == newest_batch(read_manifests(loaded.warehouse.path), source="hr")[0].load_id
    rows = read_parquet(loaded.warehouse.path / "landing" / record.load_id / "rows.parquet")
    assert [(row["worker_id"], row["full_name"], row["hired_on"]) for row in rows] == [
        ("008", '=HYPERLINK("x")', dt.date(2026, 1, 6)),
        ("009", "'s Gravesande", dt.date(2026, 1, 7)),
    ]
    again = retake(loaded, file, loaded_at=FIRST + 2 * DAY)
    assert (again.status, again.rows_read) == ("unchanged", 0)
    (rest,) = [load for load in loads_with_rejects(loaded.warehouse.path) if load.load_id == record.load_id]
    assert rest.rows_rejected == 1


def test_only_rejected_rows_are_taken(loaded: Settings) -> None:
    header, first, *_ = exported(loaded)
    for row, said in (([first[0], "2", *first[2:]], "row '2' of load"), (["X", *first[1:]], "of load 'X'")):
        with pytest.raises(ConfigurationError, match=said) as raised:
            retake(loaded, corrected(loaded, [header, row]), loaded_at=FIRST + DAY)
        assert raised.value.where == "corrected.csv, row 2"
    with pytest.raises(ConfigurationError, match="no export of rejects"):
        retake(loaded, corrected(loaded, [["a", "b"], ["1", "2"]]), loaded_at=FIRST + DAY)
    with pytest.raises(ConfigurationError, match="no row to take"):
        retake(loaded, corrected(loaded, [header]), loaded_at=FIRST + DAY)
    with pytest.raises(LoadError, match="7 values, the header 8"):
        retake(loaded, corrected(loaded, [header, first[:-1]]), loaded_at=FIRST + DAY)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        retake(loaded, loaded.folder / "none.csv", loaded_at=FIRST + DAY)
    assert len(read_manifests(loaded.warehouse.path)) == 1


def test_which_loads_are_looked_at(loading: Loading) -> None:
    bad = "worker_id,hired_on\nW{},x\n"
    for name, mode in (("whole", "full"), ("added", "delta")):
        for day in range(2):
            loading.load("workers", bad.format(day), name=name, mode=mode, at=FIRST + day * DAY)
    loading.load("workers", bad.format(1), name="whole", at=FIRST + 3 * DAY)  # unchanged
    found = loads_with_rejects(loading.warehouse)
    assert sorted((load.source, load.loaded_at.day) for load in found) == [("added", 2), ("added", 3), ("whole", 3)]
    (first,) = [load for load in found if load.source == "whole"]
    assert loads_with_rejects(loading.warehouse, load_id=first.load_id) == [first]
    assert {load.source for load in loads_with_rejects(loading.warehouse, source="added")} == {"added"}
    with pytest.raises(ConfigurationError, match="2 sources: added, whole"):
        export_rejects(loading.warehouse, found, loading.folder / "out.csv")
    with pytest.raises(ConfigurationError, match="sources with loads: added, whole"):
        loads_with_rejects(loading.warehouse, source="hr")
    with pytest.raises(ConfigurationError, match="there is no load X"):
        loads_with_rejects(loading.warehouse, load_id="X")
