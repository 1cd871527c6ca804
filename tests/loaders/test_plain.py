"""Plain files are read in several pieces at once: the same rows under the same numbers as if cut line by line."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwatch.loaders import delimited, plain

from .conftest import Loading

PIECES = [(1 << 16, 1 << 16), (64, 200), (16, 1)]  # bytes of a chunk, bytes of a piece
CELLS = st.sampled_from(
    [
        "",
        "a",
        "é",
        '"a"',
        '"a,b"',
        '"a""b"',
        '"a\nb"',
        '"a\r\nb"',
        '""',
        '""""',
        'a"',
        '"a" ',
        ' "a"',
        '"a',
        "x\r",
        " b ",
    ]
)


def small(monkeypatch: pytest.MonkeyPatch, chunk: int, piece: int) -> None:
    monkeypatch.setattr(plain, "_CHUNK", chunk)
    monkeypatch.setattr(plain, "_PIECE", piece)


@pytest.mark.parametrize(("chunk", "piece"), PIECES)
def test_each_row_keeps_its_own_number(
    loading: Loading, monkeypatch: pytest.MonkeyPatch, chunk: int, piece: int
) -> None:
    small(monkeypatch, chunk, piece)
    lines = [f'W{number},"name, {number}"' if number % 3 else f"W{number},\xe9{number}" for number in range(2, 5002)]
    rows = loading.load("workers", "worker_id,full_name\n" + "\n".join(lines) + "\n\n\n")
    assert [(row["row_number"], row["worker_id"]) for row in rows] == [(n, f"W{n}") for n in range(2, 5002)]
    assert [row["full_name"] for row in rows[:2]] == ["name, 2", "\xe93"]


@pytest.mark.parametrize(("chunk", "piece"), PIECES)
def test_a_faulty_row_in_a_piece_is_a_reject_with_its_number(
    loading: Loading, monkeypatch: pytest.MonkeyPatch, chunk: int, piece: int
) -> None:
    small(monkeypatch, chunk, piece)
    lines = [f"W{number},{'soon' if number == 3001 else '2026-01-05'}" for number in range(2, 5002)]
    rows = loading.load("workers", "worker_id,hired_on\r\n" + "\r\n".join(lines))
    assert (len(rows), loading.record.rows_read) == (4999, 5000)
    assert [(reject["row_number"], reject["raw_value"]) for reject in loading.rejects()] == [(3001, "soon")]


@pytest.mark.parametrize("broken", ["W\n", "W,a,b\n", "\n", '"W",a"b\n', '"W\n', "W,\0\n"])
def test_what_is_not_plain_is_cut_line_by_line(loading: Loading, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    small(monkeypatch, 64, 200)
    lines = [f"W{number},name\n" for number in range(2, 500)]
    rows = loading.load("workers", "worker_id,full_name\n" + "".join(lines) + broken + "W501,name\n")
    assert [(row["row_number"], row["worker_id"]) for row in rows if row["row_number"] != 500] == [
        *((n, f"W{n}") for n in range(2, 500)),
        (501, "W501"),
    ]


@settings(max_examples=150, deadline=None)
@given(
    body=st.lists(st.tuples(CELLS, CELLS), max_size=8), sizes=st.sampled_from(PIECES), end=st.sampled_from(["\n", ""])
)
def test_pieces_hold_the_records_that_the_careful_reader_finds(
    body: list[tuple[str, str]], sizes: tuple[int, int], end: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        small(patch, *sizes)
        path = Path(folder) / "x.csv"
        path.write_text("\n".join(["a,b", *(f"{a},{b}" for a, b in body)]) + end, encoding="utf-8", newline="")
        dialect = delimited.read_dialect(path, encoding="utf-8", where="", delimiter=None)
        fast = delimited.read_plain(connection, path, dialect)
        if fast is None:
            return
        try:
            found = sorted(connection.execute(fast.relation).fetchall())
        except duckdb.Error:
            return
        if len(found) != fast.rows:
            return
        careful = [(record[0], *record[1]) for record in delimited.records(path, dialect) if isinstance(record, tuple)]
        assert found == careful


def test_well_formed_quotes_are_plain(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"1, ""x""",2\n"",""""\n"3\n4",5\n', encoding="utf-8")
    found = plain.survey(path, delimiter=",")
    assert found is not None
    assert (found.records, found.edges) == (4, "any")
    path.write_text('a,b\n"1",2"\n', encoding="utf-8")
    assert plain.survey(path, delimiter=",") is None


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("1,a", "none"),
        ("1,a b", "none"),
        ("1,a b ", "blanks"),
        ("1, a b", "blanks"),
        ('1," a b"', "blanks"),
        ("1,\ta", "any"),
        ("1,a\u00a0", "any"),
        ("1,\u00e9", "none"),
    ],
)
def test_white_space_is_trimmed_whatever_the_survey_saw(loading: Loading, text: str, edges: str) -> None:
    content = f"\ufeffworker_id,full_name\n{text}\n2,\n"
    rows = loading.load("workers", content)
    assert [row["full_name"] for row in rows] == [text.partition(",")[2].strip('"\t\u00a0 '), None]
    found = plain.survey(loading.folder / "feed.csv", delimiter=",")
    assert found is not None
    assert found.edges == edges


def test_text_in_another_encoding_is_read_in_pieces_too(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 64, 200)
    lines = "".join(f"W{number},\xe9{number}\n" for number in range(2, 1002))
    for encoding in ("cp1252", "utf-16"):
        rows = loading.load("workers", ("worker_id,full_name\n" + lines).encode(encoding), name=encoding)
        assert [row["full_name"] for row in rows] == [f"\xe9{number}" for number in range(2, 1002)]


def test_reading_in_pieces_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("worker_id,full_name\n1,a\n", encoding="utf-8")
    code = (
        "import datetime as dt, pathlib, sys\n"
        "from gapwatch.config import Settings, Source, Warehouse\n"
        "from gapwatch.loaders import load_source\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "settings = Settings(folder=folder, warehouse=Warehouse(path=folder / 'w'))\n"
        "source = Source(name='s', feed='workers', path='x.csv')\n"
        "load_source(settings, source, loaded_at=dt.datetime.now(dt.UTC))\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")
