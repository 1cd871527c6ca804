"""Checks of a load before it counts: which batches they look at, what they hold, and what is kept of them."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from gapwatch.checks import judge_batch, read_intake_catalogue
from gapwatch.config import Source
from gapwatch.loaders import LoadRecord, load_source
from gapwatch.loaders.intake import CHECKS
from gapwatch.warehouse.landing import load_folder

from .conftest import FIRST, Loading

DAY = dt.timedelta(days=1)


def people(count: int, *, first: int = 0, hired: str = "2026-01-05") -> str:
    lines = [f"W{number},w{number}@example.com,{hired}" for number in range(first, first + count)]
    return "\n".join(["worker_id,email,hired_on", *lines]) + "\n"


def load(loading: Loading, content: str, *, day: int = 0, file: str = "feed.csv", **source: str) -> LoadRecord:
    loading.write(content, file)
    made = Source(**{"name": "hr", "feed": "workers", "path": file} | source)  # type: ignore[arg-type]
    return load_source(loading.settings, made, loaded_at=FIRST + day * DAY, judge=judge_batch)[-1]


def kept(loading: Loading, record: LoadRecord) -> dict[str, tuple[str, int, list[dict[str, object]]]]:
    file = load_folder(loading.warehouse, record.load_id) / CHECKS
    found = json.loads(file.read_text(encoding="utf-8"))
    return {one["check_id"]: (one["status"], one["rows_failed"], one["rows"]) for one in found}


def test_a_sound_load_passes_every_check(loading: Loading) -> None:
    load(loading, people(100))
    record = load(loading, people(101), day=1)
    assert record.status == "accepted"
    results = kept(loading, record)
    assert sorted(results) == sorted(check.check_id for check in read_intake_catalogue())
    assert {status for status, *_ in results.values()} == {"pass"}


def test_a_column_that_is_empty_all_at_once_holds_the_load(loading: Loading) -> None:
    load(loading, people(100))
    gone = people(100).replace(",email,", ",mail,")
    record = load(loading, gone, day=1)
    assert record.status == "held"
    assert (record.reason or "").startswith("check batch_columns_emptied: a column that was filled in at least half")
    status, failed, rows = kept(loading, record)["batch_columns_emptied"]
    assert (status, failed) == ("fail", 1)
    assert rows == [
        {"column_name": "email", "feed": "workers", "rows_in_force": 100, "filled_in_force": 100, "rows_of_batch": 100}
    ]
    assert load(loading, gone, day=2, mode="delta").status == "accepted"  # says nothing of what it does not name


def test_a_column_that_was_rarely_filled_may_be_empty(loading: Loading) -> None:
    sparse = people(51).replace("@example.com", "@") + "".join(f"X{number},,\n" for number in range(52))
    load(loading, sparse)
    assert load(loading, people(103).replace(",email,", ",mail,"), day=1).status == "accepted"


@pytest.mark.parametrize(("repeated", "status"), [(5, "accepted"), (6, "held")])
def test_keys_that_repeat(loading: Loading, repeated: int, status: str) -> None:
    load(loading, people(100))
    record = load(loading, people(100) + people(repeated).split("\n", 1)[1], day=1)
    assert record.status == status
    assert kept(loading, record)["batch_keys_repeated"][1] == (status == "held")


def test_keys_that_repeat_over_the_files_of_a_batch(loading: Loading) -> None:
    loading.write(people(100), "in/a.csv")
    load(loading, people(1, first=100), file="in/b.csv", path="in/*.csv")
    record = load(loading, people(100), day=1, file="in/b.csv", path="in/*.csv")
    assert (record.status, (record.reason or "")[:26]) == ("held", "check batch_keys_repeated:")


@pytest.mark.parametrize(("broken", "status"), [(55, "accepted"), (56, "held")])
def test_most_rows_rejected(loading: Loading, broken: int, status: str) -> None:
    load(loading, people(100), mode="delta")
    rows = people(55) + people(broken, first=200, hired="soon").split("\n", 1)[1]
    assert load(loading, rows, day=1, mode="delta").status == status


def test_small_feeds_and_first_loads_are_not_judged(loading: Loading) -> None:
    record = load(loading, people(200, hired="soon"))
    assert record.status == "accepted"
    load(loading, people(99), name="small")
    record = load(loading, people(99).replace(",email,", ",mail,"), name="small", day=1)
    assert record.status == "accepted"
    assert not (load_folder(loading.warehouse, record.load_id) / CHECKS).exists()
