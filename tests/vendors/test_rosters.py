"""Systems without history: a series of rosters becomes one, and the ends that they state are dated exactly."""

from __future__ import annotations

from pathlib import Path

from published import Company


def test_adp_rosters(company: Company, exports: Path) -> None:
    """A change is dated by the roster that shows it, an end as ADP dates it; who is missing has not left."""
    company.source("adp", "role_history", "adp.json", preset="adp_assignments")
    company.source("ends", "role_history", "adp.json", preset="adp_terminations")
    company.source("people", "workers", "adp.json", preset="adp_workers")
    company.put("adp.json", (exports / "adp/workers-1.json").read_bytes())
    company.publish("2026-03-02T12:00:00Z")
    company.put("adp.json", (exports / "adp/workers-2.json").read_bytes())
    company.publish("2026-03-09T12:00:00Z")
    states = (
        "select worker_id, assignment_key, job_code, valid_from, valid_to, recorded_at from role_states"
        " where status = 'active' order by 1, 2, 4"
    )
    first, second = "2026-03-02T06:00:00Z", "2026-03-09T05:00:00Z"
    seen, again = "2026-03-02T12:00:00Z", "2026-03-09T12:00:00Z"
    assert company.rows(states) == [
        ("00042", "42A", "OP", first, second, seen),
        ("00042", "42A", "SUP", second, None, again),
        ("00042", "42B", "FA", first, "2026-03-04T06:00:00Z", seen),
        ("00043", "43A", "OP", first, "2026-03-05T06:00:00Z", seen),
        ("00044", "primary", None, first, None, seen),
    ]
    events = "select worker_id, event_type, effective_at from hr_events order by 3, 1"
    assert company.rows(events) == [
        ("00042", "role_change", "2026-03-04T06:00:00Z"),
        ("00043", "termination", "2026-03-05T06:00:00Z"),
        ("00042", "role_change", second),
    ]
    told = "select rows_failed from check_results where check_id = 'workers_absent_from_snapshot'"
    assert company.rows(told) == [(1,)]
