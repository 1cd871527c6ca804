"""Loads as a whole: unchanged files, batches, duplicates, the guard, presets, all or none."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from gapwatch.config import Guard, Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.warehouse.landing import landing_folder, load_folder, read_manifests

from .conftest import FIRST, Loading

WEEK = dt.timedelta(days=7)


def workers(count: int, *, start: int = 0) -> str:
    return "worker_id\n" + "".join(f"W{number}\n" for number in range(start, start + count))


def roles(count: int, *, ended: int = 0, on: str = "2026-02-01") -> str:
    lines = [f"W{number},active,2025-01-06" for number in range(count)]
    lines += [f"W{number},terminated,{on}" for number in range(ended)]
    return "\n".join(["worker_id,status,effective_from", *lines])


def test_the_record(loading: Loading) -> None:
    loading.load("lms_logins", "account_id,logged_in_at\nA,2026-01-05T10:00Z\nB,2026-01-07T10:00Z\nC,x\n")
    record = loading.record
    assert record.load_id == "20260302T060000000000Z-test-001"
    assert (record.rows_read, record.rows_accepted, record.rows_rejected) == (3, 2, 1)
    assert (record.effective_min, record.effective_max) == ("2026-01-05", "2026-01-07")
    assert (record.status, record.address, record.batch_files, record.sequence) == (
        "accepted",
        "feed.csv",
        1,
        1,
    )
    assert record.content_load_id == record.load_id


def test_a_second_load_of_the_same_file_is_unchanged_and_has_no_rows(loading: Loading) -> None:
    loading.load("workers", workers(3))
    first = loading.record
    rows = loading.load("workers", at=FIRST + WEEK)
    second = loading.record
    assert (second.status, second.rows_read, second.rows_accepted) == ("unchanged", 0, 0)
    assert second.content_load_id == first.load_id
    assert sorted(path.name for path in load_folder(loading.warehouse, second.load_id).iterdir()) == ["manifest.json"]
    assert len(rows) == 3
    loading.load("workers", at=FIRST + 2 * WEEK)
    assert loading.record.content_load_id == first.load_id


def test_another_mapping_or_other_bytes_are_a_load_of_their_own(loading: Loading) -> None:
    loading.load("workers", "worker_id,x\n1,a\n")
    loading.load("workers", at=FIRST + WEEK, columns={"full_name": "x"})
    assert loading.record.status == "accepted"
    loading.load("workers", "worker_id,x\n1,b\n", at=FIRST + 2 * WEEK, columns={"full_name": "x"})
    assert loading.record.status == "accepted"
    loading.timezone = "Africa/Cairo"  # bare dates of the same file are other instants
    loading.load("workers", at=FIRST + 3 * WEEK, columns={"full_name": "x"})
    assert loading.record.status == "accepted"


def test_the_same_command_again_at_the_same_instant(loading: Loading) -> None:
    loading.load("workers", workers(1))
    loading.load("workers")
    assert loading.record.load_id == "20260302T060000000000Z-test-001-2"
    loading.load("workers")
    assert loading.record.load_id == "20260302T060000000000Z-test-001-3"
    assert [record.sequence for record in read_manifests(loading.warehouse)] == [1, 2, 3]


def test_a_glob_is_one_load_per_file_in_sorted_order(loading: Loading) -> None:
    loading.write(workers(1), "in/b.csv")
    loading.write(workers(2), "in/a.csv")
    records = loading.load_each([Source(name="hr", feed="workers", path="in/*.csv")])
    assert [(record.address, record.load_id[-3:]) for record in records] == [
        ("in/a.csv", "001"),
        ("in/b.csv", "002"),
    ]
    assert {record.batch_files for record in records} == {2}
    again = loading.load_each([Source(name="hr", feed="workers", path="in/*.csv")], at=FIRST + WEEK)
    assert [record.status for record in again] == ["unchanged", "unchanged"]


def test_file_addresses(loading: Loading) -> None:
    loading.write(workers(1))
    for path in (f"file://{loading.folder}/feed.csv", f"{loading.folder}/feed.csv", "feed.csv"):
        (record,) = loading.load_each([Source(name="hr", feed="workers", path=path)])
        assert record.address == "feed.csv"


def test_duplicate_keys_the_last_row_holds(loading: Loading) -> None:
    rows = loading.load("workers", "worker_id,full_name\nW1,a\nW2,b\nW1,c\nW1,d\n")
    assert [(row["row_number"], row["full_name"]) for row in rows] == [(3, "b"), (5, "d")]
    rejects = loading.rejects()
    assert [(reject["row_number"], reject["reason"]) for reject in rejects] == [
        (2, "duplicate key worker_id=W1; row 5 holds"),
        (4, "duplicate key worker_id=W1; row 5 holds"),
    ]
    assert json.loads(rejects[0]["row"]) == {"worker_id": "W1", "full_name": "a"}
    assert (loading.record.rows_read, loading.record.rows_rejected) == (4, 2)


def test_a_rejected_row_does_not_supersede(loading: Loading) -> None:
    rows = loading.load("workers", "worker_id,hired_on\nW1,2026-01-05\nW1,soon\n")
    assert [row["row_number"] for row in rows] == [2]


def test_course_versions_may_be_missing(loading: Loading) -> None:
    rows = loading.load("lms_courses", "course_id,version\nC,1\nC,2\nC,\nC,\n")
    assert [row["row_number"] for row in rows] == [2, 3, 5]


def test_roles_have_no_key(loading: Loading) -> None:
    line = "W,active,2026-01-05\n"
    assert len(loading.load("role_history", f"worker_id,status,effective_from\n{line}{line}")) == 2


@pytest.mark.parametrize(("rows", "status"), [(80, "accepted"), (79, "held")])
def test_a_feed_that_shrinks_is_held_with_its_rows(loading: Loading, rows: int, status: str) -> None:
    loading.load("workers", workers(100))
    landed = loading.load("workers", workers(rows), at=FIRST + WEEK)
    assert (loading.record.status, len(landed)) == (status, rows)
    if status == "held":
        assert loading.record.reason == "79 rows where 100 are in force: 21.0% fewer (max_shrink_pct = 20)"


def test_small_feeds_switched_off_guards_and_other_modes_are_not_judged(loading: Loading) -> None:
    loading.load("workers", workers(99))
    loading.load("workers", workers(1), at=FIRST + WEEK)
    assert loading.record.status == "accepted"
    loading.load("workers", workers(100), name="delta", mode="delta")
    loading.load("workers", workers(1), name="delta", mode="delta", at=FIRST + WEEK)
    assert loading.record.status == "accepted"
    loading.guard = Guard(max_shrink_pct=0)
    loading.load("workers", workers(100), name="off")
    loading.load("workers", workers(1), name="off", at=FIRST + WEEK)
    assert loading.record.status == "accepted"


def test_what_is_held_is_not_in_force_for_the_next_load(loading: Loading) -> None:
    loading.load("workers", workers(100))
    loading.load("workers", workers(10), at=FIRST + WEEK)
    loading.load("workers", at=FIRST + 2 * WEEK)
    assert (loading.record.status, loading.record.rows_read) == ("held", 10)
    loading.load("workers", workers(90), at=FIRST + 3 * WEEK)
    assert loading.record.status == "accepted"


def test_an_unchanged_load_stands_for_the_rows_it_repeats(loading: Loading) -> None:
    loading.load("workers", workers(100))
    loading.load("workers", at=FIRST + WEEK)
    loading.load("workers", workers(10), at=FIRST + 2 * WEEK)
    assert loading.record.status == "held"


def test_all_files_of_a_batch_are_judged_and_held_together(loading: Loading) -> None:
    source = Source(name="hr", feed="workers", path="in/*.csv")
    loading.write(workers(60), "in/a.csv")
    loading.write(workers(60, start=60), "in/b.csv")
    loading.load_each([source])
    loading.write(workers(1, start=60), "in/b.csv")
    records = loading.load_each([source], at=FIRST + WEEK)
    assert [record.status for record in records] == ["held", "held"]
    loading.write(workers(40, start=60), "in/b.csv")
    records = loading.load_each([source], at=FIRST + 2 * WEEK)
    assert [record.status for record in records] == ["unchanged", "accepted"]


@pytest.mark.parametrize(("ended", "status"), [(5, "accepted"), (6, "held")])
def test_too_many_workers_ended_at_once_are_held(loading: Loading, ended: int, status: str) -> None:
    loading.load("role_history", roles(100))
    loading.load("role_history", roles(100, ended=ended), at=FIRST + WEEK)
    assert loading.record.status == status
    if status == "held":
        assert loading.record.reason == ("6 of 100 employed workers are ended at once: 6.0% (max_ended_pct = 5)")


def test_ends_in_the_future_and_ends_known_before_are_not_new(loading: Loading) -> None:
    loading.load("role_history", roles(100, ended=50, on="2026-12-31"))
    assert loading.record.status == "accepted"
    loading.load("role_history", roles(100, ended=50), name="known")
    loading.load("role_history", roles(100, ended=52), name="known", at=FIRST + WEEK)
    assert loading.record.status == "accepted"


def test_a_delta_ends_only_workers_it_names(loading: Loading) -> None:
    loading.load("role_history", roles(100), mode="delta")
    loading.load("role_history", roles(0, ended=5), mode="delta", at=FIRST + WEEK)
    assert loading.record.status == "accepted"
    loading.load("role_history", roles(0, ended=40), mode="delta", at=FIRST + 2 * WEEK)
    assert loading.record.status == "held"


def test_a_delta_that_changes_something_else_ends_nobody(loading: Loading) -> None:
    loading.load("role_history", roles(100), mode="delta", carries="changes")
    moves = "\n".join(["worker_id,effective_from,site", *(f"W{number},2026-03-05,BAY2" for number in range(60))])
    loading.load("role_history", moves, mode="delta", carries="changes", at=FIRST + WEEK)
    assert loading.record.status == "accepted"


@pytest.mark.parametrize(("deleted", "status"), [(5, "accepted"), (6, "held")])
def test_deletions_end_workers(loading: Loading, deleted: int, status: str) -> None:
    loading.load("role_history", roles(100), mode="delta")
    gone = [f"W{number},active,2025-01-06,yes" for number in range(deleted)]
    rows = "\n".join(["worker_id,status,effective_from,is_deleted", *gone])
    loading.load("role_history", rows, mode="delta", at=FIRST + WEEK)
    assert loading.record.status == status


def test_a_correction_of_an_end_is_no_end(loading: Loading) -> None:
    """A later load says again what holds: who was ended by mistake is employed with it and was not before."""
    loading.load("role_history", roles(100, ended=4), mode="delta")
    loading.load("role_history", roles(0, ended=4).replace("terminated", "active"), mode="delta", at=FIRST + WEEK)
    assert loading.record.status == "accepted"
    loading.load("role_history", roles(0, ended=5), mode="delta", at=FIRST + 2 * WEEK)
    assert loading.record.status == "accepted"
    loading.load("role_history", roles(0, ended=11), mode="delta", at=FIRST + 3 * WEEK)
    assert loading.record.reason == "6 of 95 employed workers are ended at once: 6.3% (max_ended_pct = 5)"


def test_rosters_are_judged_by_their_size_and_by_whom_they_end(loading: Loading) -> None:
    def roster(count: int, *, left: int = 0) -> str:
        lines = [f"W{number},{'terminated' if number < left else 'active'}" for number in range(count)]
        return "\n".join(["worker_id,status", *lines])

    loading.load("role_history", roster(100), mode="snapshot")
    loading.load("role_history", roster(79), mode="snapshot", at=FIRST + WEEK)
    assert loading.record.reason == "79 rows where 100 are in force: 21.0% fewer (max_shrink_pct = 20)"
    loading.load("role_history", roster(90), mode="snapshot", at=FIRST + 2 * WEEK)
    assert loading.record.status == "accepted"  # absence ends nobody
    loading.load("role_history", roster(90, left=6), mode="snapshot", at=FIRST + 3 * WEEK)
    assert loading.record.reason == "6 of 100 employed workers are ended at once: 6.0% (max_ended_pct = 5)"


def test_each_limit_is_switched_off_by_itself(loading: Loading) -> None:
    loading.guard = Guard(max_ended_pct=0)
    loading.load("role_history", roles(100))
    loading.load("role_history", roles(100, ended=50), at=FIRST + WEEK)
    assert loading.record.status == "accepted"
    loading.load("role_history", roles(100), at=FIRST + 2 * WEEK)
    assert "max_shrink_pct" in (loading.record.reason or "")


def test_where_vanished_rows_stay_a_short_file_shrinks_nothing(loading: Loading) -> None:
    loading.load("workers", workers(100), vanished="keep")
    loading.load("workers", workers(10), vanished="keep", at=FIRST + WEEK)
    assert loading.record.status == "accepted"


def test_a_load_older_than_the_newest_is_held(loading: Loading) -> None:
    loading.load("workers", workers(100), at=FIRST + WEEK)
    loading.load("workers", workers(101))
    assert loading.record.status == "held"
    assert "2026-03-09T06:00:00Z" in (loading.record.reason or "")


def test_loads_of_a_small_feed_may_come_in_any_order(loading: Loading) -> None:
    loading.load("workers", workers(1), at=FIRST + WEEK)
    loading.load("workers", workers(2))
    assert loading.record.status == "accepted"


def test_a_failing_source_leaves_nothing_of_the_command(loading: Loading) -> None:
    loading.write(workers(1))
    good = Source(name="good", feed="workers", path="feed.csv")
    with pytest.raises(LoadError):
        loading.load_each([good, Source(name="bad", feed="workers", path="missing.csv")])
    assert list(landing_folder(loading.warehouse).iterdir()) == []


def test_loaded_at_needs_an_offset(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="no offset"):
        loading.load("workers", workers(1), at=dt.datetime(2026, 3, 2))  # noqa: DTZ001


def test_progress_lines_tell_counts_and_no_data(loading: Loading) -> None:
    from gapwatch.loaders import load_source

    loading.write(workers(1234) + "W0\n")
    lines: list[str] = []
    source = Source(name="hr", feed="workers", path="feed.csv")
    load_source(loading.settings, source, loaded_at=FIRST, progress=lines.append)
    load_source(loading.settings, source, loaded_at=FIRST + WEEK, progress=lines.append)
    assert lines == [
        "hr: 1,235 rows read, 1 rejected",
        "hr: unchanged since 20260302T060000000000Z-hr-001",
    ]


def test_drift_is_told_by_name(loading: Loading) -> None:
    from gapwatch.loaders import load_source

    source = Source(name="hr", feed="workers", path="feed.csv")
    told: list[str] = []
    for day, header in enumerate(("worker_id,email,badge", "worker_id,shoe")):
        loading.write(f"{header}\n" + ",".join("W1" for _ in header.split(",")) + "\n")
        load_source(loading.settings, source, loaded_at=FIRST + day * WEEK, progress=told.append)
    assert [line for line in told if "columns" in line] == [
        "hr: columns not known to the mapping: badge",
        "hr: columns not known to the mapping: shoe",
        "hr: columns gone since the load before: email, badge",
    ]


def test_a_remote_address_is_copied(loading: Loading) -> None:
    import fsspec

    remote = fsspec.filesystem("memory")
    remote.pipe({"/drop/b.csv": workers(2).encode(), "/drop/a.csv": workers(1).encode()})
    try:
        source = Source(name="hr", feed="workers", path="memory://drop/*.csv")
        records = loading.load_each([source])
        assert [(record.address, record.rows_read) for record in records] == [
            ("memory:///drop/a.csv", 1),
            ("memory:///drop/b.csv", 2),
        ]
        with pytest.raises(LoadError, match="no such file"):
            loading.load_each([Source(name="hr", feed="workers", path="memory://drop/none.csv")])
    finally:
        remote.rm("/drop", recursive=True)


def test_sources_whose_names_differ_in_punctuation_alone(loading: Loading) -> None:
    loading.write(workers(1))
    sources = [Source(name=name, feed="workers", path="feed.csv") for name in ("a b", "a-b", "a_b")]
    records = loading.load_each(sources)
    assert len({record.load_id for record in records}) == 3
    assert len(read_manifests(loading.warehouse)) == 3


def test_a_pattern_or_zone_the_engine_does_not_know(loading: Loading) -> None:
    with pytest.raises(ConfigurationError, match="format specifier"):
        loading.load("workers", workers(1), date_format="%Q")
    with pytest.raises(ConfigurationError, match="localtime"):
        loading.load("workers", timezone="localtime")


def test_a_damaged_parquet_file_is_a_load_error(loading: Loading) -> None:
    import duckdb

    path = loading.folder / "feed.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 'W' || i as worker_id from range(5000) as r(i)) to '{path}'")
    content = bytearray(path.read_bytes())
    content[4:4000] = b"\xff" * 3996
    path.write_bytes(bytes(content))
    with pytest.raises(LoadError, match="cannot be read or converted"):
        loading.load("workers", file="feed.parquet")
    assert list(landing_folder(loading.warehouse).iterdir()) == []


def test_rows_land_in_the_order_of_the_file(loading: Loading) -> None:
    import duckdb

    from gapwatch.warehouse.landing import rows_path

    count = 300_000  # several row groups, so that threads could mix them up
    lines = "".join(f"{number},A,C,2026-01-05T00:00:00Z,passed\n" for number in range(count))
    loading.write(f"completion_id,account_id,course_id,completed_at,result\n{lines}")
    source = Source(name="lms", feed="lms_completions", path="feed.csv")
    (record,) = loading.load_each([source])
    file = rows_path(loading.warehouse, record)
    with duckdb.connect() as connection:
        found = connection.execute(
            "select count(*), count(*) filter (row_number != place or cast(completion_id as bigint) + 2 != place) "
            f"from (select *, row_number() over () + 1 as place from read_parquet('{file}'))"
        ).fetchone()
    assert found == (count, 0)
