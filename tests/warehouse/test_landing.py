"""Landing zone and ledger: what counts as a load, before and after a crash."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from gapwatch.warehouse.landing import (
    LoadRecord,
    batch_name,
    finish_load,
    landing_folder,
    load_name,
    read_manifests,
    remove_unfinished,
    start_load,
)
from gapwatch.warehouse.ledger import LEDGER_SCHEMA, newest_batch, read_loads

AT = dt.datetime(2026, 3, 2, 6, 0, 0, 5, tzinfo=dt.UTC)


def record(batch: str = "b", number: int = 1, files: int = 1, **more: object) -> LoadRecord:
    load_id = load_name(batch, number=number)
    plain = LoadRecord(
        load_id=load_id,
        batch=batch,
        batch_files=files,
        sequence=1,
        source="hr",
        feed="workers",
        mode="full",
        address="hr.csv",
        sha256="00",
        bytes=1,
        loaded_at=AT,
        timezone=None,
        mapping_sha256="11",
        content_load_id=load_id,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def land(warehouse: Path, load: LoadRecord) -> LoadRecord:
    start_load(warehouse, load.load_id)
    finish_load(warehouse, load)
    return load


def test_names_sort_and_repeat(tmp_path: Path) -> None:
    name = batch_name(tmp_path, source="hr", loaded_at=AT.astimezone(dt.timezone(dt.timedelta(hours=-6))))
    assert load_name(name, number=1) == "20260302T060000000005Z-hr-001"
    land(tmp_path, record(name))
    again = batch_name(tmp_path, source="hr", loaded_at=AT)
    assert load_name(again, number=12) == "20260302T060000000005Z-hr-012-2"
    assert "/" not in batch_name(tmp_path, source="../hr x", loaded_at=AT)


def test_a_manifest_comes_back_as_it_was(tmp_path: Path) -> None:
    load = record(schema=("a", "b"), drift=("c",), reason="why", effective_min="2026-01-05", rows_read=3)
    assert read_manifests(tmp_path) == []
    assert read_manifests(tmp_path) == []
    land(tmp_path, load)
    assert read_manifests(tmp_path) == [load]


def test_the_ledger_is_typed_and_empty_without_loads(tmp_path: Path) -> None:
    assert read_loads(tmp_path).schema == LEDGER_SCHEMA
    assert read_loads(tmp_path).num_rows == 0
    land(tmp_path, record(drift=("x",), effective_max="2026-01-05"))
    table = read_loads(tmp_path)
    assert table.schema.field("loaded_at").type == pa.timestamp("us")
    (row,) = table.to_pylist()
    assert row["loaded_at"] == AT.replace(tzinfo=None)
    assert (row["drift"], row["effective_max"], row["effective_min"]) == (["x"], dt.date(2026, 1, 5), None)
    assert set(row) == {*LoadRecord.__dataclass_fields__, "delivered_load_id"}


def test_rows_taken_again_were_delivered_with_the_load_that_they_were_first_rejected_from(tmp_path: Path) -> None:
    first = land(tmp_path, record("first"))
    second = land(tmp_path, record("second", retakes=first.load_id))
    third = land(tmp_path, record("third", retakes=second.load_id))
    rows = read_loads(tmp_path).to_pylist()
    assert {row["load_id"]: row["delivered_load_id"] for row in rows} == dict.fromkeys(
        (first.load_id, second.load_id, third.load_id), first.load_id
    )


def test_unfinished_loads_and_batches_do_not_count_and_are_removed(tmp_path: Path) -> None:
    kept = land(tmp_path, record("whole"))
    land(tmp_path, record("half", 1, files=2))
    start_load(tmp_path, load_name("half", number=2))
    assert [load.load_id for load in read_manifests(tmp_path)] == [kept.load_id]
    assert read_loads(tmp_path).num_rows == 1
    assert len(list(landing_folder(tmp_path).iterdir())) == 3
    remove_unfinished(tmp_path)
    assert [path.name for path in landing_folder(tmp_path).iterdir()] == [kept.load_id]


def test_a_command_counts_with_all_of_its_loads_or_not_at_all(tmp_path: Path) -> None:
    land(tmp_path, record("before", sequence=1, command_loads=1))
    land(tmp_path, record("hr", sequence=2, command_loads=2))
    assert [load.batch for load in read_manifests(tmp_path)] == ["before"]
    land(tmp_path, record("lms", sequence=2, command_loads=2))
    assert [load.batch for load in read_manifests(tmp_path)] == ["before", "hr", "lms"]
    land(tmp_path, record("hr2", sequence=3, command_loads=2))
    remove_unfinished(tmp_path)
    assert len(list(landing_folder(tmp_path).iterdir())) == 3


def test_the_newest_batch_is_by_loaded_at_then_sequence_and_never_held() -> None:
    old = record("old", sequence=3)
    first, second = (
        record("new", 1, 2, loaded_at=AT + dt.timedelta(1)),
        record("new", 2, 2, loaded_at=AT + dt.timedelta(1)),
    )
    held = record("held", loaded_at=AT + dt.timedelta(2), status="held")
    other = record("other", loaded_at=AT + dt.timedelta(3), source="lms")
    assert newest_batch([old, held, second, first, other], source="hr") == [second, first]
    assert newest_batch([old, record("again", sequence=4)], source="hr")[0].batch == "again"
    assert newest_batch([held], source="hr") == []
