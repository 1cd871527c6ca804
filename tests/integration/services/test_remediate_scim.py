"""The SCIM requests of ``gapwatch remediate``, sent as they are written to a server that keeps the RFCs."""

from __future__ import annotations

import datetime as dt
import json

from command import gapwatch
from published import Company

from .conftest import SECRET, Place
from .test_scim import ScimServer, scim

__all__ = ["scim"]


def test_the_request_closes_the_leavers_account_and_nothing_else(place: Place, scim: ScimServer) -> None:
    import httpx2

    leaver = scim.add("leo", externalId="W1", displayName="Leo Gone")
    stayer = scim.add("sam", externalId="W2")
    company = Company(place.folder)
    rest = {"auth": {"type": "bearer", "token_env": "PEER_SECRET"}}
    company.source("roles", "role_history", "roles.csv")
    company.sources.append({"name": "lms", "feed": "lms_accounts", "path": scim.url, "format": "scim", "rest": rest})
    company.put(
        "roles.csv",
        "worker_id,effective_from,status,job_code,site\nW1,2026-01-05,active,OP,BAY1\n"
        "W1,2026-02-10,terminated,OP,BAY1\nW2,2026-01-05,active,OP,BAY1\n",
    )
    company.publish((dt.datetime.now(dt.UTC) + dt.timedelta(seconds=5)).isoformat())
    out = place.folder / "remedies"
    answer = gapwatch("remediate", "--config", str(place.folder / "gapwatch.toml"), "--out", str(out))
    assert answer.code == 0, answer.err
    requests = [json.loads(line) for line in (out / "scim_requests.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [request["worker_id"] for request in requests] == ["W1"]
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": requests[0]["content_type"]}
    with httpx2.Client(headers=headers, trust_env=False) as client:
        before = client.get(f"{scim.url}/Users/{leaver}").json()
        replied = client.request(
            requests[0]["method"], scim.url + requests[0]["path"], content=json.dumps(requests[0]["body"])
        )
        assert replied.status_code in (200, 204), replied.text
        after = client.get(f"{scim.url}/Users/{leaver}").json()
        assert client.get(f"{scim.url}/Users/{stayer}").json()["active"] is True
    assert (before.pop("active"), after.pop("active")) == (True, False)
    before.pop("meta")
    after.pop("meta")
    assert after == before
    assert place.command("load").code == 0
    newest = next(record for record in reversed(place.records) if record.feed == "lms_accounts")
    landed = {row["account_id"]: row["status"] for row in place.rows(newest)}
    assert landed == {leaver: "inactive", stayer: "active"}
