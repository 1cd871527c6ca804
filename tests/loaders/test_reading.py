"""Files as systems write them: dialects, encodings, damage; no row is lost and each has its row number."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders import delimited, workbook_size

from .conftest import Loading


def names(rows: list[dict[str, Any]]) -> list[tuple[int, str, str | None]]:
    return [(row["row_number"], row["worker_id"], row["full_name"]) for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(loading: Loading, delimiter: str, newline: str) -> None:
    content = newline.join(["worker_id,full_name", "007,Ana", '8,"B ""b"" , ;x"']).replace(",", delimiter)
    second = 'B "b" , ;x'.replace(",", delimiter)
    assert names(loading.load("workers", content)) == [(2, "007", "Ana"), (3, "8", second)]


@pytest.mark.parametrize(
    "content",
    [
        "worker_id,full_name\n1,Zoë\n".encode(),
        "\ufeffworker_id,full_name\n1,Zoë\n".encode(),
        "worker_id,full_name\n1,Zoë\n".encode("cp1252"),
        "worker_id,full_name\n1,Zoë\n".encode("utf-16"),
    ],
)
def test_encodings(loading: Loading, content: bytes) -> None:
    assert names(loading.load("workers", content)) == [(2, "1", "Zoë")]
    assert loading.record.schema == ("worker_id", "full_name")


def test_configured_encoding_and_delimiter(loading: Loading) -> None:
    content = "worker_id~full_name\n1~Łucja, Żak\n".encode("cp1250")
    assert names(loading.load("workers", content, encoding="cp1250", delimiter="~")) == [(2, "1", "Łucja, Żak")]


def test_configured_encoding_that_does_not_fit_is_an_error(loading: Loading) -> None:
    with pytest.raises(LoadError, match="not utf-8 text"):
        loading.load("workers", "worker_id,full_name\n1,Zoë\n".encode("cp1252"), encoding="utf-8")


def test_quoted_newlines_are_one_row(loading: Loading) -> None:
    rows = loading.load("workers", 'worker_id,full_name\n1,"a\nb"\n2,"c\r\n\r\nd"\n3,e\n')
    assert names(rows) == [(2, "1", "a\nb"), (3, "2", "c\r\n\r\nd"), (4, "3", "e")]


def test_blank_lines_are_no_rows_but_count(loading: Loading) -> None:
    rows = loading.load("workers", "worker_id,full_name\n\n1,a\n  \n2,b\n\n\n")
    assert names(rows) == [(3, "1", "a"), (5, "2", "b")]
    assert loading.record.rows_read == 2


def test_ragged_and_wrongly_quoted_lines_are_rejects_with_their_row(loading: Loading) -> None:
    content = 'worker_id,full_name\n1,a\n2\n3,b,c\n4,"d"d\n5,"e\n6,f\n7,"g"\n8,5" pipe\n'
    assert names(loading.load("workers", content)) == [
        (2, "1", "a"),
        (7, "6", "f"),
        (8, "7", "g"),
        (9, "8", '5" pipe'),
    ]
    rejects = loading.rejects()
    assert [(reject["row_number"], reject["reason"]) for reject in rejects] == [
        (3, "2 columns expected, 1 found"),
        (4, "2 columns expected, 3 found"),
        (5, "text follows a closing quote"),
        (6, "a quote is opened and not closed in its record"),
    ]
    assert json.loads(rejects[3]["row"]) == {"record": '5,"e'}
    assert (loading.record.rows_read, loading.record.rows_accepted, loading.record.rows_rejected) == (8, 4, 4)


def test_a_row_reads_the_same_whether_or_not_another_row_is_broken(loading: Loading) -> None:
    good = 'worker_id,full_name\n1, "a, b"\n2,"c" \n3,"d ""e"""\n4,\n5,""\n'
    clean = loading.load("workers", good)
    broken = loading.load("workers", good + "6\n", name="other")
    assert names(clean) == names(broken)
    assert [row[2] for row in names(clean)] == ["a, b", "c", 'd "e"', None, None]


def test_a_truncated_last_line_is_a_reject(loading: Loading) -> None:
    assert len(loading.load("workers", 'worker_id,full_name\n1,a\n2,"b')) == 1
    assert loading.record.rows_rejected == 1


LINES = st.lists(
    st.text(alphabet=st.sampled_from(['"', ",", ";", "a", "1", " ", "é"]), max_size=8),
    min_size=0,
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(lines=LINES, ending=st.sampled_from(["\n", "\r\n"]))
def test_every_line_is_in_one_row_or_one_reject(lines: list[str], ending: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loading = Loading(Path(folder))
        content = ending.join(["worker_id,full_name", *lines]) + ending
        rows = loading.load("workers", content)
        rejects = loading.rejects()
        record = loading.record
        assert record.rows_read == record.rows_accepted + record.rows_rejected
        assert (record.rows_accepted, record.rows_rejected) == (len(rows), len(rejects))
        numbers = [row["row_number"] for row in rows + rejects]
        assert len(set(numbers)) == len(numbers)
        simple = [number for number, line in enumerate(lines, start=2) if line.strip()]
        if not any('"' in line for line in lines):
            assert sorted(numbers) == simple
        texts = "".join(f"{row['worker_id']}{row['full_name']}{row.get('row')}" for row in rows)
        texts += "".join(reject["row"] for reject in rejects)
        for letter in ("a", "1", "é"):  # no character of the file is in neither
            assert texts.count(letter) >= sum(line.count(letter) for line in lines)


def test_nul_characters_are_named(loading: Loading) -> None:
    assert names(loading.load("workers", "worker_id,full_name\n1,a\n2,b\0\n3,c\n")) == [(2, "1", "a"), (4, "3", "c")]
    assert [reject["reason"] for reject in loading.rejects()] == ["the line holds a NUL character"]
    content = "worker_id,full_name\n1,a\n".encode("utf-16-le")
    with pytest.raises(LoadError, match="header holds NUL") as raised:
        loading.load("workers", content)
    assert "utf-16-le" in raised.value.do
    assert len(loading.load("workers", content, encoding="utf-16-le")) == 1


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_has_no_header(loading: Loading, content: str) -> None:
    with pytest.raises(LoadError, match="no header"):
        loading.load("workers", content)


def test_a_header_alone_is_no_rows(loading: Loading) -> None:
    assert loading.load("workers", "worker_id,full_name") == []
    assert (loading.record.status, loading.record.rows_read) == ("accepted", 0)


def test_duplicate_headers_are_an_error(loading: Loading) -> None:
    with pytest.raises(LoadError, match="names full_name more than once"):
        loading.load("workers", "worker_id,full_name, full_name\n1,a,b\n")


def test_a_missing_file_is_an_error_with_exit_code_3(loading: Loading) -> None:
    with pytest.raises(LoadError, match="no such file") as raised:
        loading.load("workers", file="nothing.csv")
    assert raised.value.exit_code == 3
    assert "nothing.csv" in str(raised.value)
    with pytest.raises(LoadError, match="no such file"):
        loading.load("workers", file="nothing/*.csv")


def test_a_workbook_named_csv_is_an_error(loading: Loading) -> None:
    with pytest.raises(LoadError, match="not delimited text"):
        loading.load("workers", b"PK\x03\x04rest")


def test_an_unknown_ending_needs_a_format(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="does not say what the file is"):
        loading.load("workers", "worker_id\n1\n", file="feed.export")
    assert len(loading.load("workers", file="feed.export", format="csv")) == 1


def workbook(folder: Path, rows: list[list[Any]], sheet: str = "Sheet") -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    book.create_sheet("Other").append(["nothing"])
    book.save(folder / "feed.xlsx")


def test_xlsx_cells(loading: Loading) -> None:
    workbook(
        loading.folder,
        [
            ["worker_id", "hired_on", "full_name", "worker_type"],
            ["007", dt.datetime(2026, 1, 5), 12.5, True],  # noqa: DTZ001  # a cell has no zone
            [],
            [42, "2026-01-06", None, dt.date(2026, 2, 3)],
        ],
    )
    rows = loading.load("workers", file="feed.xlsx")
    assert [(row["row_number"], row["worker_id"], row["hired_on"]) for row in rows] == [
        (2, "007", dt.date(2026, 1, 5)),
        (4, "42", dt.date(2026, 1, 6)),
    ]
    assert [(row["full_name"], row["worker_type"]) for row in rows] == [
        ("12.5", "true"),
        (None, "2026-02-03"),
    ]


def test_xlsx_midnight_is_a_bare_date_and_a_time_is_a_clock_time(loading: Loading) -> None:
    midnight, noon = dt.datetime(2026, 1, 5), dt.datetime(2026, 1, 5, 12)  # noqa: DTZ001
    header = ["worker_id", "status", "effective_from"]
    workbook(loading.folder, [header, ["W1", "active", midnight], ["W2", "active", noon]])
    bare, clock = loading.load("role_history", file="feed.xlsx")
    assert (bare["effective_from_on"], bare["effective_from_at"]) == (dt.date(2026, 1, 5), None)
    assert (clock["effective_from_on"], clock["effective_from_local"]) == (None, noon)


def test_xlsx_sheet(loading: Loading) -> None:
    workbook(loading.folder, [["worker_id"], ["W1"]], sheet="People")
    assert len(loading.load("workers", file="feed.xlsx", sheet="People")) == 1
    with pytest.raises(ConfigurationError, match="no sheet 'Nobody'") as raised:
        loading.load("workers", file="feed.xlsx", sheet="Nobody")
    assert "People, Other" in raised.value.do
    with pytest.raises(LoadError, match="not a readable workbook"):
        loading.load("workers", b"PK\x03\x04cut", file="feed.xlsx")


RECORDS = [{"worker_id": "007", "full_name": "Ana"}, {"worker_id": 8.50, "x": {"y": [1, "z"]}}]


@pytest.mark.parametrize(
    ("content", "records"),
    [
        (json.dumps(RECORDS), None),
        ("\n".join(json.dumps(record) for record in RECORDS), None),
        (json.dumps({"Report_Entry": RECORDS}), "Report_Entry"),
        (json.dumps({"d": {"results": RECORDS}}, indent=2), "d.results"),
    ],
)
def test_json_shapes(loading: Loading, content: str, records: str | None) -> None:
    rows = loading.load("workers", content, file="feed.json", records=records)
    assert names(rows) == [(2, "007", "Ana"), (3, "8.5", None)]
    assert loading.record.drift == ("x.y",)
    assert [row["extra"] for row in rows] == [None, '{"x.y":"[\\"1\\",\\"z\\"]"}']


def test_json_damage(loading: Loading) -> None:
    with pytest.raises(LoadError, match="not complete JSON"):
        loading.load("workers", '[{"worker_id": "1"}, {"worker', file="feed.json")
    with pytest.raises(LoadError, match="empty"):
        loading.load("workers", "  ", file="feed.json")
    with pytest.raises(ConfigurationError, match="which of its keys") as raised:
        loading.load("workers", '{"a": [], "b": 1}', file="feed.json")
    assert raised.value.do.endswith("one of: a")
    with pytest.raises(ConfigurationError, match="no list of records under 'x'"):
        loading.load("workers", '{"a": []}', file="feed.json", records="x")
    rows = loading.load("workers", '{"worker_id": "1"}\n{"worker\n7\n{"worker_id": "2"}\n', file="feed.json")
    assert [row["row_number"] for row in rows] == [2, 5]
    assert [reject["row_number"] for reject in loading.rejects()] == [3, 4]


def test_an_empty_json_list_is_no_rows(loading: Loading) -> None:
    assert loading.load("workers", "[]", file="feed.json") == []


def test_parquet_keeps_types(loading: Loading) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * from (values (cast(7.0 as double), 'active', date '2026-01-05', "
            "timestamp '2026-01-05 08:00', timestamptz '2026-01-05 08:00+00'), "
            "(8.0, 'active', date '9999-12-31', null, null)) "
            "as given(worker_id, status, effective_to, effective_from, recorded_at)) "
            f"to '{loading.folder}/feed.parquet'"
        )
    (row,) = loading.load("role_history", file="feed.parquet")
    assert (row["worker_id"], row["effective_to_on"]) == ("7", dt.date(2026, 1, 5))
    assert (row["effective_from_on"], row["effective_from_local"].hour, row["effective_from_at"].hour) == (
        None,
        8,
        14,
    )
    assert row["recorded_at"].hour == 8
    assert [(reject["row_number"], reject["reason"]) for reject in loading.rejects()] == [(3, "missing")]
    with pytest.raises(LoadError, match="not readable Parquet"):
        loading.load("workers", b"PAR1", file="bad.parquet")


BODIES = st.text(alphabet=st.sampled_from(['"', '"', ",", ",", "\n", "\n", "a", "b", " ", "\t", "é"]), max_size=24)


@settings(max_examples=80, deadline=None)
@given(body=BODIES)
def test_both_readers_cut_the_same_records(body: str) -> None:
    """What DuckDB reads without complaint is what the careful reader finds; else only the latter is used."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "x.csv"
        path.write_text(f"a,b\n{body}", encoding="utf-8", newline="")
        dialect = delimited.read_dialect(path, encoding="utf-8", where="", delimiter=None)
        fast = delimited.read_plain(connection, path, dialect)
        if fast is None:
            return
        try:
            found = connection.execute(fast.relation).fetchall()
        except duckdb.Error:
            return
        if len(found) != fast.rows:
            return
        careful = [(record[0], *record[1]) for record in delimited.records(path, dialect) if isinstance(record, tuple)]
        assert found == careful


def test_a_header_over_two_lines_and_a_delimiter_at_the_end_of_lines(loading: Loading) -> None:
    rows = loading.load("workers", 'worker_id,"full\nname"\n1,a,,\n2,b\n\n3\n', columns={"full_name": "full\nname"})
    assert names(rows) == [(2, "1", "a"), (3, "2", "b")]


def test_xlsx_that_begins_further_down_and_right(loading: Loading) -> None:
    workbook(loading.folder, [[], [], [None, "worker_id", "full_name"], [], [None, "W1", "a"]])
    assert names(loading.load("workers", file="feed.xlsx")) == [(5, "W1", "a")]
    assert loading.record.schema == ("(column 1)", "worker_id", "full_name")


def test_xlsx_too_large_for_memory_is_refused(loading: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "worker_id", "far away"
    book.save(loading.folder / "feed.xlsx")
    with pytest.raises(LoadError, match="17,179,869,184 cells"):
        loading.load("workers", file="feed.xlsx")
    workbook(loading.folder, [["worker_id"], *[[f"W{number}"] for number in range(2000)]])
    monkeypatch.setattr(workbook_size, "_HARMLESS", 1 << 10)
    monkeypatch.setattr(workbook_size, "_RATIO", 2)
    with pytest.raises(LoadError, match="over 2 times"):
        loading.load("workers", file="feed.xlsx")
