"""Scoring a generation against an answer key, and the whole product against a simulated company."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gapwatch.config import load_settings
from gapwatch.errors import ConfigurationError
from gapwatch.loaders import load_all
from gapwatch.modelling.model import all_models
from gapwatch.pipeline import load, run
from gapwatch.reads import Reader
from gapwatch.score import Score, score, unscored
from gapwatch.shipped import query_folder
from gapwatch.simulate import simulate

AS_OF = dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC)
_TABLES = """
create table run_parameters as select 'one' as run_id, timestamp '2026-10-31 18:00:00' as as_of,
    timestamp '2026-11-01' as known_at, '' as policy_sha256, 'M' as organisation_name,
    'UTC' as organisation_timezone;
create table gaps (worker_id varchar, requirement_id varchar, opened_at timestamp, closed_at timestamp);
create table unsynced_events (worker_id varchar, event_type varchar, effective_at timestamp);
create table stale_accounts (kind varchar, account_id varchar, ended_at timestamp, is_open boolean);
"""


def _answers(**lists: list[dict[str, Any]]) -> dict[str, Any]:
    return {"as_of": "2026-10-31T18:00:00Z", "gaps": [], "unsynced_events": [], "stale_accounts": [], **lists}


@pytest.fixture
def generation(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "one.duckdb")) as connection:
        for statement in filter(str.strip, _TABLES.split(";")):
            connection.execute(statement)
        yield connection


def _read(generation: duckdb.DuckDBPyConnection, folder: Path) -> Reader:
    generation.close()
    return Reader(folder / "one.duckdb")


def test_right_missed_and_false_are_counted_as_often_as_they_occur(
    generation: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    generation.execute(
        "insert into gaps values ('W1', 'R', '2026-01-05 06:00:00', null),"
        " ('W1', 'R', '2026-01-05 06:00:00', null), ('W2', 'R', '2026-01-05 06:00:00', '2026-01-06')"
    )
    truth = _answers(
        gaps=[
            {
                "worker_id": "W1",
                "requirement_id": "R",
                "opened_at": "2026-01-05T06:00:00Z",
                "closed_at": None,
            },
            {
                "worker_id": "W2",
                "requirement_id": "R",
                "opened_at": "2026-01-05T06:00:00Z",
                "closed_at": "2026-01-06T00:00:01Z",
            },
        ]
    )
    with _read(generation, tmp_path) as reader:
        gaps, events, accounts = score(reader, truth)
    assert (gaps.expected, gaps.found, gaps.right) == (2, 3, 1)
    assert (gaps.precision, gaps.recall) == (1 / 3, 1 / 2)
    assert "worker_id=W2" in gaps.missed[0]
    assert len(gaps.false) == 2
    assert (events.precision, events.recall, accounts.expected) == (1.0, 1.0, 0)


def test_orphans_are_told_apart_by_account_alone(generation: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    generation.execute("insert into stale_accounts values ('orphan', 'U1', null, null), ('stale', 'U2', null, true)")
    truth = _answers(
        stale_accounts=[
            {"kind": "orphan", "account_id": "U1", "ended_at": None, "is_open": True},
            {"kind": "stale", "account_id": "U2", "ended_at": None, "is_open": False},
        ]
    )
    with _read(generation, tmp_path) as reader:
        assert score(reader, truth)[2].right == 1


def test_another_instant_or_a_missing_list_is_refused(generation: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with _read(generation, tmp_path) as reader:
        with pytest.raises(ConfigurationError, match="as of"):
            score(reader, {**_answers(), "as_of": "2026-10-30T18:00:00Z"})
        with pytest.raises(ConfigurationError, match="no list 'gaps'"):
            score(reader, {"as_of": "2026-10-31T18:00:00Z"})


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    simulate(folder, workers=150, months=12, seed=6)
    return folder


def test_every_written_row_is_accepted(company: Path, tmp_path: Path) -> None:
    shutil.copytree(company, tmp_path, dirs_exist_ok=True)
    loads = load_all(load_settings(tmp_path / "gapwatch.toml"), loaded_at=AS_OF)
    assert {load.feed for load in loads} >= {
        "workers",
        "role_history",
        "lms_courses",
        "lms_logins",
        "sync_errors",
    }
    assert [load.source for load in loads if load.rows_rejected or not load.rows_accepted] == []


@pytest.fixture(scope="module")
def truth(company: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((company / "answers.json").read_text(encoding="utf-8"))
    return loaded


def _run_deliveries(company: Path, truth: dict[str, Any]) -> None:
    *earlier, last = truth["deliveries"]
    for delivery in earlier:
        load(load_settings(company / delivery["config"]), loaded_at=dt.datetime.fromisoformat(delivery["loaded_at"]))
    run(load_settings(company / last["config"]), loaded_at=dt.datetime.fromisoformat(last["loaded_at"]))


def _scores(company: Path, truth: dict[str, Any]) -> dict[str, Score]:
    with Reader.open(load_settings(company / "gapwatch.toml").warehouse.path) as reader:
        return {one.kind: one for one in score(reader, truth)}


def test_product_finds_the_whole_truth(company: Path, truth: dict[str, Any]) -> None:
    _run_deliveries(company, truth)
    scores = _scores(company, truth)
    assert [(one.kind, one.missed, one.false) for one in scores.values()] == [
        ("gaps", (), ()),
        ("unsynced_events", (), ()),
        ("stale_accounts", (), ()),
        ("orphans", (), ()),
        ("swallowed_events", (), ()),
        ("writeback", (), ()),
        ("record_changes", (), ()),
        ("silent_days", (), ()),
        ("missing_job_codes", (), ()),
    ]
    assert min(scores[kind].expected for kind in ("gaps", "unsynced_events", "stale_accounts", "writeback")) > 20
    assert min(one.expected for one in scores.values()) > 0


def test_without_the_delivery_before_changes_are_left_out_and_that_is_known(
    generation: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    generation.execute("create table loads (source varchar, status varchar, loaded_at timestamp)")
    generation.execute(
        "create table record_changes (feed varchar, record_id varchar, change varchar, column_name varchar)"
    )
    generation.execute("insert into loads values ('lms_completions', 'accepted', '2026-10-31')")
    generation.execute("insert into loads values ('lms_completions', 'held', '2026-10-30')")
    changed = {"feed": "lms_completions", "record_id": "C1", "change": "vanished", "column_name": ""}
    truth = _answers(record_changes=[changed])
    with _read(generation, tmp_path) as reader:
        assert unscored(reader, truth) == ("record_changes",)
        assert "record_changes" not in {one.kind for one in score(reader, truth)}
        assert unscored(reader, _answers(record_changes=[])) == ()
    with duckdb.connect(str(tmp_path / "one.duckdb")) as connection:
        connection.execute("insert into loads values ('lms_completions', 'accepted', '2026-10-30')")
    with Reader(tmp_path / "one.duckdb") as reader:
        assert unscored(reader, truth) == ()
        assert score(reader, truth)[-1].missed == ("feed=lms_completions record_id=C1 change=vanished column_name=",)


# A model, a right expression of it, a wrong one, and the kinds of finding that must suffer.
_ERRORS = (
    ("state/credential_intervals.sql", "interval '1' month", "interval '30' day", "gaps"),
    ("health/writeback.sql", "interval '72' hour then 'late'", "interval '10' day then 'late'", "writeback"),
    ("health/record_changes.sql", "('score'),", "", "record_changes"),
    ("health/swallowed_events.sql", "event_rank = 1", "event_rank = 2", "swallowed_events"),
)


def test_errors_planted_in_models_lower_the_score_of_their_findings_and_of_no_others(
    company: Path, truth: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = tmp_path / "queries"
    shutil.copytree(query_folder(), queries)
    for name, right, wrong, _ in _ERRORS:
        model = queries / name
        text = model.read_text(encoding="utf-8")
        assert right in text
        model.write_text(text.replace(right, wrong), encoding="utf-8")
    shutil.copytree(company, tmp_path / "company", ignore=shutil.ignore_patterns("warehouse"))
    monkeypatch.setattr("gapwatch.modelling.model.query_folder", lambda: queries)
    all_models.cache_clear()
    try:
        _run_deliveries(tmp_path / "company", truth)
    finally:
        monkeypatch.undo()
        all_models.cache_clear()
    scores = _scores(tmp_path / "company", truth)
    assert scores["gaps"].precision < 1.0
    assert scores["gaps"].missed
    for *_, kind in _ERRORS:
        assert scores[kind].recall < 1.0, kind
    for kind in ("stale_accounts", "orphans", "silent_days", "missing_job_codes"):
        assert scores[kind].precision == scores[kind].recall == 1.0
