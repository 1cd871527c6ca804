"""The digest's questions on the small world: what each counts, and that the scope holds."""

from __future__ import annotations

from typing import Any

import pytest
from digest.conftest import OpenWorld
from digest.world import usual_world

from gapwatch.reads import Reader
from gapwatch.shipped import query_folder


def ask(reader: Reader, name: str, *sites: str) -> list[dict[str, Any]]:
    """The rows of one question for those sites (none: everything)."""
    parameters = {"sites": list(sites)} if sites else {}
    cursor = reader.question(name, **parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_headline_counts_new_and_closed_of_the_week(reader: Reader) -> None:
    row = ask(reader, "digest_headline")[0]
    assert (row["open_gaps"], row["new_gaps"], row["closed_gaps"], row["critical_gaps"]) == (3, 2, 1, 2)
    assert (row["people"], row["sites"], row["longest_days"]) == (2, 2, 41.0)


def test_headline_of_a_site_and_of_both_sites_is_narrowed(reader: Reader) -> None:
    assert ask(reader, "digest_headline", "BAY1")[0]["open_gaps"] == 2
    assert ask(reader, "digest_headline", "HOU1")[0]["open_gaps"] == 1
    assert ask(reader, "digest_headline", "BAY1", "HOU1")[0]["open_gaps"] == 3
    assert ask(reader, "digest_headline", "NONE")[0]["open_gaps"] == 0


def test_gap_that_opened_and_closed_within_the_week_is_neither_new_nor_closed(open_world: OpenWorld) -> None:
    world = usual_world()
    world["gaps"][2]["opened_at"] = "2026-11-12 12:00:00"
    row = ask(open_world(world), "digest_headline")[0]
    assert (row["open_gaps"], row["new_gaps"], row["closed_gaps"], row["opened_and_closed"]) == (3, 2, 0, 1)


def test_open_then_plus_new_less_closed_is_open_now(reader: Reader) -> None:
    for sites in ((), ("BAY1",), ("HOU1",)):
        head = ask(reader, "digest_headline", *sites)[0]
        numbers = {row["days_before"]: row for row in ask(reader, "digest_numbers", *sites)}
        assert numbers[0]["open_gaps"] == head["open_gaps"]
        assert numbers[7]["open_gaps"] + head["new_gaps"] - head["closed_gaps"] == head["open_gaps"]


def test_numbers_have_their_denominators(reader: Reader) -> None:
    now = ask(reader, "digest_numbers", "BAY1")[0]
    assert (now["open_gaps"], now["requirements"]) == (2, 5)
    assert (now["people_with_gap"], now["people"]) == (1, 2)
    assert (now["answered_on_time"], now["answers_due"]) == (1, 3)


def test_gaps_counted_elsewhere_on_people_who_work_here_now(open_world: OpenWorld) -> None:
    world = usual_world()
    assert ask(open_world(world), "digest_headline", "BAY1")[0]["gaps_elsewhere"] == 0
    world["role_states"][2]["valid_to"] = "2026-11-12 06:00:00"
    world["role_states"].append({**world["role_states"][0], "worker_id": "W3", "valid_from": "2026-11-12 06:00:00"})
    moved = ask(open_world(world), "digest_headline", "BAY1")[0]
    assert (moved["open_gaps"], moved["gaps_elsewhere"]) == (2, 1)
    assert ask(open_world(world), "digest_headline", "HOU1")[0]["gaps_elsewhere"] == 0
    assert ask(open_world(world), "digest_headline")[0]["gaps_elsewhere"] == 0


def test_actions_are_ranked_by_severity_times_days(reader: Reader) -> None:
    assert [row["gap_id"] for row in ask(reader, "digest_actions")] == ["G1", "G4", "G2"]
    assert [row["weight"] for row in ask(reader, "digest_actions", "BAY1")] == [164.0, 8.0]


def test_actions_are_ten_at_most(open_world: OpenWorld) -> None:
    world = usual_world()
    world["gaps"] += [{**world["gaps"][0], "gap_id": f"N{number}"} for number in range(20)]
    assert len(ask(open_world(world), "digest_actions")) == 10


def test_changes_tell_new_reopened_and_closed_apart(reader: Reader) -> None:
    found = {row["gap_id"]: row["change"] for row in ask(reader, "digest_changes")}
    assert found == {"G2": "new", "G4": "reopened", "G3": "closed"}
    assert {row["gap_id"] for row in ask(reader, "digest_changes", "HOU1")} == {"G4"}


def test_changes_count_all_but_show_eight(open_world: OpenWorld) -> None:
    world = usual_world()
    world["gaps"] += [{**world["gaps"][1], "gap_id": f"N{number}", "worker_id": f"N{number}"} for number in range(20)]
    new = [row for row in ask(open_world(world), "digest_changes") if row["change"] == "new"]
    assert (len(new), new[0]["of_all"]) == (8, 21)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["X1"]),
        ({"ends_on": "2026-12-17"}, []),
        ({"ends_on": "2026-12-16"}, ["X1"]),
        ({"ends_on": "2026-11-09"}, ["X1"]),
        ({"ends_on": "2026-11-08"}, []),
        ({"kind": "add"}, []),
        ({"no_effect_because": "approved by the one who asked for it"}, []),
        ({"approved_at": "2026-11-16 12:00:01"}, []),
        ({"starts_on": "2026-11-17"}, []),
    ],
)
def test_waivers_that_end(open_world: OpenWorld, change: dict[str, str], expected: list[str]) -> None:
    world = usual_world()
    world["exception_effects"][0].update(change)
    assert [row["exception_id"] for row in ask(open_world(world), "digest_exceptions")] == expected


def test_waiver_whose_last_day_is_today_is_not_expired(open_world: OpenWorld) -> None:
    world = usual_world()
    world["exception_effects"][0]["ends_on"] = "2026-11-16"
    row = ask(open_world(world), "digest_exceptions")[0]
    assert (row["is_expired"], row["days_left"], row["state_now"]) == (False, 0, "waived")


def test_leavers_belong_to_the_site_they_left(reader: Reader) -> None:
    rows = ask(reader, "digest_leavers", "BAY1")
    assert [(row["account_id"], row["logins_after"], row["of_all"]) for row in rows] == [("A4", 3, 1)]
    assert ask(reader, "digest_leavers", "HOU1") == []
    assert ask(reader, "digest_orphans")[0]["orphans"] == 1


def test_events_count_the_unanswered_and_leave_pending_out(reader: Reader) -> None:
    rows = {row["event_type"]: row for row in ask(reader, "digest_events")}
    assert (rows["hire"]["events"], rows["hire"]["unanswered_events"]) == (2, 1)
    assert rows["hire"]["unanswered_since_last_week"] == 1
    assert rows["hire"]["median_latency_hours"] == 17.5
    assert rows["termination"]["unanswered_since_last_week"] == 0
    assert {row["event_type"] for row in ask(reader, "digest_events", "HOU1")} == {"hire"}
    assert ask(reader, "digest_events", "HOU1")[0]["unanswered_events"] == 0


def test_coming_due_is_cumulative_and_needs_the_requirement(open_world: OpenWorld) -> None:
    world = usual_world()
    due = {row["requirement_id"]: row for row in ask(open_world(world), "digest_coming_due", "BAY1")}
    spans = ("within_7", "within_14", "within_30", "within_60")
    assert tuple(due["PSM"][span] for span in spans) == (1, 1, 1, 1)
    assert tuple(due["HAZ"][span] for span in spans) == (0, 0, 1, 1)
    world["requirement_periods"][3]["valid_to"] = "2026-11-20 15:00:00"  # W2, PSM: ends with the credential
    due = {row["requirement_id"]: row for row in ask(open_world(world), "digest_coming_due", "BAY1")}
    assert set(due) == {"HAZ"}


def test_coming_due_looks_at_the_last_credential(open_world: OpenWorld) -> None:
    world = usual_world()
    renewed = {
        **world["credential_periods"][0],
        "valid_from": "2026-11-01",
        "valid_to": None,
        "completion_id": "C9",
    }
    world["credential_periods"].append(renewed)
    assert {row["requirement_id"] for row in ask(open_world(world), "digest_coming_due")} == {"HAZ"}


def test_forecast_names_what_opens_and_why(reader: Reader) -> None:
    rows = ask(reader, "digest_forecast", "BAY1")
    assert [(row["worker_id"], row["requirement_id"], row["reason"]) for row in rows] == [
        ("W2", "PSM", "credential_ends"),
        ("W2", "EAP", "waiver_ends"),
    ]
    assert rows[1]["opens_at"].isoformat() == "2026-11-19T06:00:00"


def _forecast_of(open_world: OpenWorld, world: dict[str, list[dict[str, Any]]]) -> set[tuple[str, str, str]]:
    return {
        (row["worker_id"], row["requirement_id"], row["reason"]) for row in ask(open_world(world), "digest_forecast")
    }


def test_forecast_leaves_out_what_is_covered_then(open_world: OpenWorld) -> None:
    world = usual_world()
    world["credential_periods"].append(
        {
            "worker_id": "W2",
            "requirement_id": "EAP",
            "valid_from": "2026-10-01 12:00:00",
            "completion_id": "C8",
        }
    )
    world["exception_effects"].append(
        {
            **world["exception_effects"][0],
            "exception_id": "X2",
            "requirement_id": "PSM",
            "ends_on": "2027-01-01",
        }
    )
    assert _forecast_of(open_world, world) == set()


def test_forecast_waits_for_the_end_of_grace(open_world: OpenWorld) -> None:
    world = usual_world()
    world["role_states"].append({**world["role_states"][0], "worker_id": "W5", "valid_from": "2026-11-18 06:00:00"})
    world["requirement_periods"] += [
        {"worker_id": "W5", "requirement_id": "EAP", "valid_from": "2026-11-18 06:00:00"},
        {"worker_id": "W5", "requirement_id": "HAZ", "valid_from": "2026-11-18 06:00:00"},
    ]
    found = {(requirement, reason) for worker, requirement, reason in _forecast_of(open_world, world) if worker == "W5"}
    assert found == {("EAP", "grace_ends"), ("HAZ", "requirement_starts")}


def test_forecast_sees_the_return_from_leave(open_world: OpenWorld) -> None:
    world = usual_world()
    world["role_states"][0].update(status="leave", valid_to="2026-11-20 06:00:00")
    world["role_states"].append({**world["role_states"][2], "worker_id": "W1", "valid_from": "2026-11-20 06:00:00"})
    world["gaps"] = [row for row in world["gaps"] if row["worker_id"] != "W1"]
    found = {(requirement, reason) for worker, requirement, reason in _forecast_of(open_world, world) if worker == "W1"}
    assert found == {("PSM", "leave_ends"), ("HAZ", "leave_ends"), ("EAP", "leave_ends")}


def test_sources_measure_against_the_promise(open_world: OpenWorld) -> None:
    world = usual_world()
    world["loads"][0]["loaded_at"] = "2026-11-14 08:00:00"
    world["loads"].append(
        {
            "load_id": "4",
            "source": "lms",
            "loaded_at": "2026-11-16 11:45:00",
            "status": "held",
            "reason": "shrank",
        }
    )
    rows = {row["source"]: row for row in ask(open_world(world), "digest_sources")}
    assert (rows["workday"]["age_hours"], rows["workday"]["is_late"]) == (52.0, True)
    assert (rows["lms"]["held_loads"], rows["lms"]["is_late"], rows["lms"]["is_degraded"]) == (1, False, True)
    assert rows["sites"]["is_degraded"] is False


def test_held_file_stays_told_when_another_file_of_the_source_is_accepted(open_world: OpenWorld) -> None:
    world = usual_world()
    lms = {"source": "lms", "loaded_at": "2026-11-16 11:00:00"}
    world["loads"] += [
        {**lms, "load_id": "4", "status": "held", "address": "a.csv"},
        {**lms, "load_id": "5", "status": "accepted", "address": "b.csv", "loaded_at": "2026-11-16 11:45:00"},
    ]
    assert {row["source"]: row["held_loads"] for row in ask(open_world(world), "digest_sources")}["lms"] == 1
    world["loads"].append(
        {**lms, "load_id": "6", "status": "accepted", "address": "a.csv", "loaded_at": "2026-11-16 11:50:00"}
    )
    assert {row["source"]: row["held_loads"] for row in ask(open_world(world), "digest_sources")}["lms"] == 0


def test_checks_are_the_critical_ones_that_no_other_sentence_tells(open_world: OpenWorld) -> None:
    world = usual_world()
    failed = {"severity": "critical", "status": "fail", "rows_checked": 10, "rows_failed": 2}
    world["check_results"] += [
        {**failed, "check_id": "roles_missing", "feed": "role_history"},
        {**failed, "check_id": "roles_missing", "feed": "workers"},
        {**failed, "check_id": "loads_overdue", "feed": "workers"},
        {**failed, "check_id": "sites_unknown", "severity": "warning"},
    ]
    rows = ask(open_world(world), "digest_checks")
    assert [(row["check_id"], row["feeds"], row["rows_checked"], row["rows_failed"]) for row in rows] == [
        ("roles_missing", "role_history, workers", 20, 4)
    ]


def test_source_that_never_delivered_is_degraded(open_world: OpenWorld) -> None:
    world = usual_world()
    world["loads"] = world["loads"][1:]
    rows = {row["source"]: row for row in ask(open_world(world), "digest_sources")}
    assert (rows["workday"]["loaded_at"], rows["workday"]["is_degraded"]) == (None, True)


def test_population_counts_who_was_looked_at(reader: Reader) -> None:
    row = ask(reader, "digest_population", "BAY1")[0]
    assert (row["people"], row["sites"], row["obligations"]) == (2, 1, 6)
    assert (row["trained"], row["gap"], row["waived"], row["workers_not_evaluable"]) == (3, 2, 1, 0)


def test_actions_carry_the_warnings_of_their_own_gap(open_world: OpenWorld) -> None:
    world = usual_world()
    warning = {"finding": "gap", "finding_id": "G1", "check_id": "c", "feed": "f", "words": "every job code is known"}
    world["finding_warnings"] = [
        warning,
        {**warning, "check_id": "d", "words": "a site has a zone"},
        {**warning, "finding": "event"},
        {**warning, "finding_id": None, "words": "all feeds are fresh"},
    ]
    found = {row["gap_id"]: row["warning_words"] for row in ask(open_world(world), "digest_actions")}
    assert found == {"G1": "a site has a zone; every job code is known", "G4": None, "G2": None}


def test_unproven_counts_the_workers_that_rest_on_each_stopped_source(open_world: OpenWorld) -> None:
    world = usual_world()
    world["stopped_sources"] = [{"source": "workday"}, {"source": "lms"}]
    state = {"requirement_id": "PSM", "valid_from": "2026-01-05 06:00:00", "not_evaluable_from": "2026-11-14 08:00:00"}
    world["unproven_states"] = [
        {**state, "worker_id": "W1", "rests_on": "lms; workday"},
        {**state, "worker_id": "W2", "rests_on": "workday"},
        {**state, "worker_id": "W3", "rests_on": "workday"},
        {**state, "worker_id": "W3", "rests_on": "workday", "requirement_id": "HAZ"},
        {**state, "worker_id": "W4", "rests_on": "workday", "not_evaluable_from": "2026-11-17 08:00:00"},
    ]
    opened = open_world(world)
    assert [(row["source"], row["workers"]) for row in ask(opened, "digest_unproven")] == [
        ("lms", 1),
        ("workday", 3),
        (None, 3),
    ]
    assert [row["workers"] for row in ask(opened, "digest_unproven", "HOU1")] == [0, 1, 1]


def test_breakdown_is_per_site_and_owner(reader: Reader) -> None:
    rows = ask(reader, "digest_breakdown")
    assert [(row["site"], row["owner"], row["open_gaps"], row["closed_gaps"]) for row in rows] == [
        ("BAY1", "integration", 1, 1),
        ("BAY1", "learner", 1, 0),
        ("HOU1", "integration", 1, 0),
    ]


def test_every_question_about_people_takes_the_sites() -> None:
    organisation_wide = {"digest_sites", "digest_sources", "digest_checks", "digest_orphans"}
    for path in sorted((query_folder() / "ask").glob("digest_*.sql")):
        assert ("$sites" in path.read_text(encoding="utf-8")) is (path.stem not in organisation_wide), path.stem
