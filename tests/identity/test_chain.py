"""The whole chain, from files to candidates: what a run offers, for whom, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from published import Company

from gapwatch.identity import candidates

pytest.importorskip("splink", reason="the extra identity is not installed")

_WORKERS = "worker_id,person_id,full_name,email,username,hired_on\n"
_CROWD = "".join(f"N{n:03d},,Crowd{n} Person{n},,,2020-01-{1 + n % 28:02d}\n" for n in range(60))
_FIRST = _WORKERS + _CROWD + "W1,,Dana Ruiz,,,2025-06-02\nC7,P7,Imani Suarez,,,2024-03-04\nW9,,Otto Ash,,,2025-05-05\n"
_SECOND = (
    _WORKERS + _CROWD + "W1,,Dana Okafor,,,2025-06-02\nC7,P7,Imani Suarez,,,2024-03-04\n"
    "E7,P7,Imani Suarez,,,2025-07-07\nW9,,Otto Ash,,,2025-05-05\n"
)
_ROLES = (
    "worker_id,effective_from,status,employment_type,job_code,site,department,contract_end_on\n"
    "W1,2025-06-02,active,employee,OP,BAY1,Filling,\n"
    "C7,2024-03-04,active,contractor,OP,BAY1,Filling,2025-03-31\n"
    "E7,2025-07-07,active,employee,OP,BAY1,Filling,\n"
    "W9,2025-05-05,active,employee,OP,BAY1,Lab,\n"
)
_ACCOUNTS = (
    "account_id,worker_ref,username,email,full_name,status,created_at,department\n"
    "L1,,,,Dana Ruiz,active,2025-06-03T08:00:00Z,filling\n"  # the name before
    "L2,,,,Imani Suarez,active,2024-03-05T08:00:00Z,\n"  # as a contractor, under another worker id
    "L3,,,,Imani Suarez,active,2025-07-08T08:00:00Z,\n"  # and again as an employee
    "L4,,,,Otto Ash,active,2025-05-06T08:00:00Z,Lab\n"  # decided: nobody's
    "L5,W9,,,Otto Ash,active,2025-05-06T08:00:00Z,Lab\n"  # linked
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two loads: between them Dana changed her name and Imani became an employee."""
    made = Company(tmp_path / "company")
    made.policy = dict(made.policy) | {
        "identity_overrides": [
            {"account_id": "L4", "decided_by": "q.lead", "decided_at": "2025-08-01T00:00:00Z", "reason": "kiosk"}
        ]
    }
    for feed in ("workers", "role_history", "lms_accounts"):
        made.source(feed, feed, f"{feed}.csv")
    made.put("role_history.csv", _ROLES)
    made.put("lms_accounts.csv", _ACCOUNTS)
    return made


def test_a_run_offers_by_former_names_and_by_any_worker_id_of_a_person(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for workers, day in ((_FIRST, "2025-07-01"), (_SECOND, "2025-09-01")):
        company.put("workers.csv", workers)
        company.publish(f"{day}T06:00:00Z")
    offered = company.rows("select account_id, person_id, agrees from account_candidates where is_offered order by 1")
    assert [row[:2] for row in offered] == [("L1", "W1"), ("L2", "P7"), ("L3", "P7")]
    assert offered[0][2].startswith("same name; created within a week")
    assert "same department" in offered[0][2]
    assert company.rows("select count(*) from account_candidates where account_id in ('L4', 'L5')") == [(0,)]
    assert company.rows("select status, worker_id from account_links where account_id = 'L1'") == [("unlinked", None)]
    assert company.rows("select accounts_compared, offer_from from identity_matching") == [(3, 0.7)]

    monkeypatch.setattr(candidates, "matcher", lambda: None)
    company.publish("2025-09-02T06:00:00Z")
    assert company.rows("select count(*) from account_candidates") == [(0,)]
    assert company.rows("select matcher, accounts_compared from identity_matching") == [(None, 0)]
