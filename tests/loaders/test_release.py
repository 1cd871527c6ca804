"""Releases: which loads may be let in, what that changes for the next load, and that nothing past changes."""

from __future__ import annotations

import datetime as dt

import pytest

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError
from gapwatch.loaders.release import held_loads, newer_in_force, release_load
from gapwatch.warehouse.landing import load_folder, read_manifests
from gapwatch.warehouse.ledger import read_loads
from gapwatch.warehouse.releases import read_releases

from .conftest import FIRST, Loading

WEEK = dt.timedelta(days=7)


def workers(count: int, *, start: int = 0) -> str:
    return "worker_id\n" + "".join(f"W{number}\n" for number in range(start, start + count))


@pytest.fixture
def held(loading: Loading) -> Loading:
    """A hundred workers, then a load of ten that is held."""
    loading.load("workers", workers(100))
    loading.load("workers", workers(10), at=FIRST + WEEK)
    assert loading.record.status == "held"
    return loading


def let_in(loading: Loading, load_id: str, **more: dt.datetime) -> list[str]:
    released = release_load(loading.warehouse, load_id, reason="a site was sold", by="J. Officer", **more)
    return [record.status for record in released]


def test_a_released_load_is_accepted_and_says_who_let_it_in(held: Loading) -> None:
    manifest = load_folder(held.warehouse, held.record.load_id) / "manifest.json"
    before = manifest.read_bytes()
    assert let_in(held, held.record.load_id, at=FIRST + 2 * WEEK) == ["accepted"]
    assert manifest.read_bytes() == before
    (record,) = [one for one in read_manifests(held.warehouse) if one.load_id == held.record.load_id]
    assert record.reason == (
        "released by J. Officer on 2026-03-16T06:00:00Z: a site was sold "
        "(was held: 10 rows where 100 are in force: 90.0% fewer (max_shrink_pct = 20))"
    )
    assert held_loads(held.warehouse) == []


def test_the_next_load_is_judged_against_what_was_released(held: Loading) -> None:
    let_in(held, held.record.load_id)
    held.load("workers", at=FIRST + 2 * WEEK)
    assert held.record.status == "unchanged"
    held.load("workers", workers(9), at=FIRST + 3 * WEEK)
    assert held.record.status == "accepted"


def test_before_its_release_a_load_was_held(held: Loading) -> None:
    let_in(held, held.record.load_id, at=FIRST + 3 * WEEK)
    for weeks, status in ((2, "held"), (3, "accepted")):
        loads = read_loads(held.warehouse, known_at=FIRST + weeks * WEEK).to_pylist()
        assert [load["status"] for load in loads] == ["accepted", status]
        assert (loads[1]["released_by"] == "J. Officer") == (status == "accepted")


def test_all_files_of_the_batch_are_let_in(loading: Loading) -> None:
    source = Source(name="hr", feed="workers", path="in/*.csv")
    loading.write(workers(60), "in/a.csv")
    loading.write(workers(60, start=60), "in/b.csv")
    loading.load_each([source])
    loading.write(workers(1, start=60), "in/b.csv")
    records = loading.load_each([source], at=FIRST + WEEK)
    assert [record.status for record in records] == ["held", "held"]
    assert let_in(loading, records[1].load_id) == ["unchanged", "accepted"]


def test_what_is_not_held_cannot_be_released(held: Loading) -> None:
    first, second = read_manifests(held.warehouse)
    with pytest.raises(ConfigurationError, match="is not held; its status is accepted") as raised:
        let_in(held, first.load_id)
    assert raised.value.do == f"held are {second.load_id}"
    with pytest.raises(ConfigurationError, match="there is no load tset") as raised:
        let_in(held, "tset")
    assert second.load_id in raised.value.do
    with pytest.raises(ConfigurationError, match="after that release"):
        let_in(held, second.load_id, at=FIRST)
    for by, reason in ((" ", "why"), ("who", "\n")):
        with pytest.raises(ConfigurationError, match="who lets the load in, and why"):
            release_load(held.warehouse, second.load_id, reason=reason, by=by)
    assert read_releases(held.warehouse) == {}
    let_in(held, second.batch)
    with pytest.raises(ConfigurationError, match="has been released already"):
        let_in(held, second.load_id)


def test_a_release_lets_no_other_file_in(held: Loading) -> None:
    """A load of the same name whose bytes are others is not what somebody looked at."""
    let_in(held, held.record.load_id)
    for file in load_folder(held.warehouse, held.record.load_id).iterdir():
        file.unlink()
    load_folder(held.warehouse, held.record.load_id).rmdir()
    held.load("workers", workers(11), at=FIRST + WEEK)
    assert held.record.load_id in read_releases(held.warehouse)[held.record.batch].loads
    assert [record.status for record in read_manifests(held.warehouse)] == ["accepted", "held"]


def test_a_newer_load_in_force_is_named(held: Loading) -> None:
    record = held.record
    assert newer_in_force(held.warehouse, record) is None
    held.load("workers", workers(95), at=FIRST + 2 * WEEK)
    newer = newer_in_force(held.warehouse, record)
    assert newer is not None
    assert newer.load_id == held.record.load_id
