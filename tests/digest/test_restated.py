"""History that reads otherwise than in the last digest: which, and why; and the generation it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from digest.world import publish_world, usual_world, write_world

from gapwatch.digest import basis
from gapwatch.digest.compose import compose
from gapwatch.digest.facts import ask_facts
from gapwatch.digest.plain import render_text
from gapwatch.reads import Reader, compare
from gapwatch.warehouse.generations import generation_path

World = dict[str, list[dict[str, Any]]]


def last_week() -> World:
    """The usual world as the digest of the week before knew it: only that it looked earlier."""
    world = usual_world()
    world["run_parameters"][0].update(as_of="2026-11-09 12:00:00", known_at="2026-11-09 12:00:00")
    for gap in world["gaps"]:
        if gap.get("closed_at", "") > "2026-11-09 12:00:00":
            gap.update(closed_at=None, closed_by=None)
    world["gaps"] = [gap for gap in world["gaps"] if gap["opened_at"] <= "2026-11-09 12:00:00"]
    return world


def restated(folder: Path, *, then: World, now: World, sites: list[str] | None = None) -> list[dict[str, Any]]:
    """What the question finds between those two worlds."""
    write_world(folder / "2026-W46.duckdb", then)
    warehouse = publish_world(folder / "warehouse", now)
    return compare(generation_path(warehouse), folder / "2026-W46.duckdb", "digest_restated", sites=sites)


def test_what_happened_since_is_no_restatement(tmp_path: Path) -> None:
    assert restated(tmp_path, then=last_week(), now=usual_world()) == []


def test_added_removed_and_moved(tmp_path: Path) -> None:
    now = usual_world()
    now["gaps"][0]["opened_at"] = "2026-10-16 12:00:00"  # W1, PSM: ten days later than told
    now["gaps"] = [gap for gap in now["gaps"] if gap["gap_id"] != "G0"]  # W3, PSM: never was
    now["gaps"].append({**now["gaps"][2], "gap_id": "G9", "worker_id": "W1", "person_id": "W1", "closed_at": None})
    rows = restated(tmp_path, then=last_week(), now=now)
    assert [(row["worker_id"], row["requirement_id"], row["change"]) for row in rows] == [
        ("W1", "PSM", "moved"),
        ("W1", "HAZ", "added"),
        ("W3", "PSM", "removed"),
    ]
    assert [(row["days_then"], row["days_now"]) for row in rows] == [(34.0, 24.0), (0.0, 8.0), (5.0, 0.0)]
    assert {row["causes"] for row in rows} == {"unknown"}
    assert (rows[0]["of_all"], rows[0]["open_then"], rows[0]["open_now"]) == (3, 1, 2)
    assert restated(tmp_path, then=last_week(), now=now, sites=["HOU1"])[0]["worker_id"] == "W3"
    assert restated(tmp_path, then=last_week(), now=now, sites=["NONE"]) == []


def _trained_late(world: World) -> None:
    world["staged_lms_completions"] = [
        {"completion_id": "C7", "account_id": "A1", "course_id": "PSM-1", "completed_at": "2026-10-15 12:00:00"}
    ]


def _other_course(world: World) -> None:
    _trained_late(world)
    world["staged_lms_completions"][0]["course_id"] = "HAZ-1"


def _relinked(world: World) -> None:
    world["account_links"][0].update(worker_id="W2", person_id="W2")


def _new_account(world: World) -> None:
    world["staged_lms_accounts"].append({"account_id": "A8", "created_at": "2026-11-12 06:00:00"})
    world["account_links"].append({"account_id": "A8", "worker_id": "W1", "person_id": "W1"})


def _promoted_in_the_past(world: World) -> None:
    world["role_states"][0]["job_code"] = "SUP"


def _promoted_since(world: World) -> None:
    world["role_states"].append({**world["role_states"][0], "valid_from": "2026-11-12 06:00:00", "job_code": "SUP"})


def _waived(world: World) -> None:
    waiver = {**world["exception_effects"][0], "exception_id": "X7", "worker_id": "W1", "requirement_id": "PSM"}
    world["exception_effects"].append(waiver)


def _ruled(world: World) -> None:
    world["policy_requirement_rules"] = [{"rule_id": "R1", "requirement_id": "PSM", "job_code": "OPR"}]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (_trained_late, "completion_late"),
        (_other_course, "unknown"),
        (_relinked, "identity"),
        (_new_account, "unknown"),
        (_promoted_in_the_past, "role_late"),
        (_promoted_since, "unknown"),
        (_waived, "waiver"),
        (_ruled, "policy"),
    ],
)
def test_why(tmp_path: Path, change: Callable[[World], None], cause: str) -> None:
    now = usual_world()
    now["gaps"][0]["opened_at"] = "2026-10-16 12:00:00"
    change(now)
    assert [row["causes"] for row in restated(tmp_path, then=last_week(), now=now)] == [cause]


def test_altered_record(tmp_path: Path) -> None:
    then, now = last_week(), usual_world()
    for world in (then, now):
        _trained_late(world)
    now["staged_lms_completions"][0]["result"] = "failed"
    now["gaps"][0]["opened_at"] = "2026-10-16 12:00:00"
    assert [row["causes"] for row in restated(tmp_path, then=then, now=now)] == ["completion_altered"]


def test_the_mail_tells_it(tmp_path: Path) -> None:
    now = usual_world()
    now["gaps"][0]["opened_at"] = "2026-10-16 12:00:00"
    _trained_late(now)
    before = tmp_path / "2026-W46.duckdb"
    write_world(before, last_week())
    with Reader.open(publish_world(tmp_path / "warehouse", now)) as reader:
        told = render_text(compose(ask_facts(reader, sites=("BAY1",), before=before), dashboard_url="x", version="1"))
        quiet = render_text(compose(ask_facts(reader, sites=("HOU1",), before=before), dashboard_url="x", version="1"))
    words = " ".join(told.split())
    assert (
        "Of the time up to 9 Nov 2026, 06:00 CST, which the digest of 2026-W46 told, 1 requirement of workers" in words
    )
    assert "gap of 34 days is one of 24 days; training of then was delivered since" in words
    assert "history restated since the digest of 2026-W46" in " ".join(quiet.split())


def test_a_basis_of_another_make_is_not_compared(tmp_path: Path) -> None:
    before = tmp_path / "2026-W46.duckdb"
    write_world(before, {})
    import duckdb

    with duckdb.connect(str(before)) as connection:
        connection.execute("drop table gaps")
    with Reader.open(publish_world(tmp_path / "warehouse", usual_world())) as reader:
        assert ask_facts(reader, sites=(), before=before).last_week == ""


def test_the_basis_of_a_week_is_its_first_and_two_are_kept(tmp_path: Path) -> None:
    for number, week in enumerate(("2026-W45", "2026-W46", "2026-W46", "2026-W47")):
        generation = tmp_path / f"{number}.duckdb"
        generation.write_text(week + str(number), encoding="utf-8")
        basis.keep(tmp_path, week=week, generation=generation)
        generation.unlink()  # pruned
    kept = tmp_path / "sends" / "basis"
    assert {path.name: path.read_text(encoding="utf-8") for path in kept.iterdir()} == {
        "2026-W46.duckdb": "2026-W461",
        "2026-W47.duckdb": "2026-W473",
    }
    assert basis.before(tmp_path, week="2026-W47") == kept / "2026-W46.duckdb"
    assert basis.before(tmp_path, week="2026-W46") is None
