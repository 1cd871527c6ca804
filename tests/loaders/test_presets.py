"""The shipped presets, on exports in the shapes their systems write."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path

import pytest

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError
from gapwatch.loaders import preset

from .conftest import Loading


@pytest.mark.parametrize(
    "path", sorted((Path(preset.__file__).parent / "presets").glob("*.toml")), ids=lambda p: p.stem
)
def test_every_preset_is_a_valid_source(path: Path) -> None:
    shipped = tomllib.loads(path.read_text(encoding="utf-8"))
    source = Source(name="x", feed=shipped["feed"], path="x.json", preset=path.stem)
    described = preset.with_preset(source, folder=Path())
    assert described.source.columns == shipped["columns"]
    assert described.given == frozenset()


def ms(*day: int) -> str:
    moment = dt.datetime(*day, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]
    return f"/Date({int(moment.timestamp() * 1000)})/"


def test_successfactors_empjob(loading: Loading) -> None:
    entry = {
        "__metadata": {"uri": "https://api.example.com/odata/v2/EmpJob"},
        "userId": "007",
        "seqNumber": "1",
        "startDate": ms(2026, 1, 5),
        "endDate": ms(2026, 1, 31),
        "emplStatus": "A",
        "jobCode": "OP",
        "location": "BAY1",
        "createdDateTime": ms(2026, 1, 7, 15, 30)[:-2] + "+0000)/",
    }
    ended = entry | {"startDate": ms(2026, 2, 1), "endDate": "/Date(253402214400000)/", "emplStatus": "T"}
    content = json.dumps({"d": {"results": [entry, ended]}})
    first, last = loading.load("role_history", content, file="x.json", preset="successfactors_empjob")
    assert (first["worker_id"], first["job_code"], first["site"], first["status"]) == (
        "007",
        "OP",
        "BAY1",
        "active",
    )
    assert (first["effective_from_on"], first["effective_to_on"]) == (
        dt.date(2026, 1, 5),
        dt.date(2026, 2, 1),
    )
    assert first["recorded_at"] == dt.datetime(2026, 1, 7, 15, 30)  # noqa: DTZ001
    assert (last["status"], last["effective_from_on"], last["effective_to_on"]) == (
        "terminated",
        dt.date(2026, 2, 1),
        None,
    )


def test_workday_raas(loading: Loading) -> None:
    entries = [
        {
            "Employee_ID": "007",
            "Position_ID": "P1",
            "Effective_Date": "2026-01-05",
            "End_Date": "2026-01-31",
            "Worker_Status": "Active",
            "Worker_Type": "Contingent Worker",
            "Job_Code": "OP",
        },
        {
            "Employee_ID": "007",
            "Position_ID": "P1",
            "Effective_Date": "2026-01-31",
            "Worker_Status": "Terminated",
        },
    ]
    content = json.dumps({"Report_Entry": entries})
    first, last = loading.load("role_history", content, file="x.json", preset="workday_raas")
    assert (first["assignment_key"], first["employment_type"]) == ("P1", "contractor")
    assert first["effective_to_on"] == dt.date(2026, 2, 1)
    assert (last["status"], last["effective_from_on"]) == ("terminated", dt.date(2026, 2, 1))


def test_the_source_keys_win_over_the_preset(loading: Loading) -> None:
    entry = {"Employee_ID": "1", "Start": "2026-01-05", "Worker_Status": "ON", "End_Date": "2026-01-31"}
    (row,) = loading.load(
        "role_history",
        json.dumps({"rows": [entry]}),
        file="x.json",
        preset="workday_raas",
        records="rows",
        end_dates="exclusive",
        columns={"effective_from": "Start"},
        values={"status": {"ON": "leave"}},
    )
    assert (row["status"], row["effective_from_on"], row["effective_to_on"]) == (
        "leave",
        dt.date(2026, 1, 5),
        dt.date(2026, 1, 31),
    )


def test_a_mapping_file_of_ones_own(loading: Loading) -> None:
    loading.write(
        'feed = "role_history"\ndelimiter = ";"\nwhere = "kind <> \'T\'"\n'
        '[columns]\nworker_id = "nr"\neffective_from = "from"\nstatus = "state"\n'
        '[values.status]\n"A" = "active"\n"L" = "leave"\n',
        "mappings/own.toml",
    )
    rows = loading.load(
        "role_history",
        "nr;from;state;kind\n007;2026-01-05;A;W\n007;2026-02-05;L;W\n2;;;T\n",
        preset="mappings/own.toml",
        values={"status": {"L": "suspended"}},
    )
    assert [(row["worker_id"], row["status"]) for row in rows] == [("007", "active"), ("007", "suspended")]
    assert loading.record.rows_left_out == 1


def test_wrong_mapping_files(loading: Loading) -> None:
    loading.write("feed = ", "broken.toml")
    loading.write('feed = "workers"\nname = "x"\n', "named.toml")
    loading.write('feed = "workers"\n[columns]\nworker_nr = "x"\n', "unknown.toml")
    for name, problem in {
        "missing.toml": "no preset 'missing.toml'",
        "../presets/workday_raas": "no preset",
        "broken.toml": "not valid TOML",
        "named.toml": "sets name",
        "unknown.toml": "worker_nr",
    }.items():
        with pytest.raises(ConfigurationError, match=problem):
            loading.load("workers", "worker_id\n1\n", preset=name)


def test_an_absent_column_of_a_presets_expression_is_null(loading: Loading) -> None:
    loading.write(
        'feed = "workers"\n[columns]\nworker_id = "id"\nhired_on = "coalesce(rehired, hired)"\n'
        'email = "coalesce(mail, private_mail)"\n',
        "own.toml",
    )
    (row,) = loading.load("workers", "id,hired\n1,2026-01-05\n", preset="own.toml")
    assert (row["hired_on"], row["email"]) == (dt.date(2026, 1, 5), None)
    assert "email" in loading.record.missing_optional
    with pytest.raises(ConfigurationError, match="names 'rehired'"):
        loading.load("workers", preset="own.toml", columns={"hired_on": "coalesce(hired, rehired)"})


def test_wrong_presets(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="no preset 'nobody'"):
        loading.load("role_history", "{}", file="x.json", preset="nobody")
    with pytest.raises(ConfigurationError, match="maps feed role_history, not workers"):
        loading.load("workers", "{}", file="x.json", preset="workday_raas")
    with pytest.raises(ConfigurationError, match="needs status"):
        loading.load(
            "role_history",
            '{"Report_Entry": [{"a": 1}]}',
            file="x.json",
            preset="workday_raas",
            columns={"worker_id": "a", "effective_from": "a"},
        )
