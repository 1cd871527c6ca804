"""SCIM 2.0 through ``gapwatch load``, from scim2-server: a server that keeps the RFCs, in a process of its own."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import SECRET, Place, missing
from .http_service import HttpService

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimServer:
    """A client of the running server, to prepare it."""

    def __init__(self, port: int) -> None:
        import httpx2

        self.url = f"http://127.0.0.1:{port}/v2"
        self._client = httpx2.Client(headers={"Authorization": f"Bearer {SECRET}"}, trust_env=False)

    def add(self, user_name: str, **attributes: Any) -> str:
        """Create a user; the id that the server gave."""
        user = {"schemas": [CORE, ENTERPRISE], "userName": user_name, "active": True, **attributes}
        answer = self._client.post(f"{self.url}/Users", json=user)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def replace(self, identity: str, user_name: str, **attributes: Any) -> None:
        user = {"schemas": [CORE], "userName": user_name, **attributes}
        answer = self._client.put(f"{self.url}/Users/{identity}", json=user)
        assert answer.status_code == 200, answer.text

    def answers(self) -> bool:
        import httpx2

        try:
            return self._client.get(f"{self.url}/ServiceProviderConfig").status_code == 200
        except httpx2.TransportError:
            return False


@pytest.fixture
def scim(place: Place) -> Iterator[ScimServer]:
    if importlib.util.find_spec("scim2_server") is None:
        missing("scim2-server is not installed (pip install 'gapwatch[tests]')")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "scim2_server.testserver.cli", "--port", str(port), "--bearer-token", SECRET]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=place.folder)
    try:
        server = ScimServer(port)
        end = time.monotonic() + 30
        while not server.answers():
            assert process.poll() is None
            assert time.monotonic() < end, "the SCIM server does not start"
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)


def source(url: str, *, feed: str = "lms_accounts", more: str = "", size: int = 2) -> str:
    return (
        f'[[sources]]\nname = "lms"\nfeed = "{feed}"\npath = "{url}"\n{more}\n[sources.rest]\nbackoff_seconds = 0.01\n'
        f'auth = {{ type = "bearer", token_env = "PEER_SECRET" }}\npaging = {{ size = {size} }}\n'
    )


def test_users_become_accounts_without_a_mapping(place: Place, scim: ScimServer) -> None:
    ids = [
        scim.add(
            "druiz",
            externalId="x-1",
            displayName="Dana Ruiz",
            emails=[{"value": "home@example.com", "type": "home"}, {"value": "dana@example.com", "primary": True}],
            **{ENTERPRISE: {"employeeNumber": "0007", "department": "Ops"}},
        ),
        scim.add("mbay", externalId="W2", name={"givenName": "Meg", "familyName": "Bay"}),
        scim.add("olu", active=False, emails=[{"value": "olu@home.example", "type": "home"}]),
        scim.add("kim", externalId="W4"),
        scim.add("lee", externalId="W5"),
    ]
    answer = place.load(source(scim.url.replace("http://", "scim+http://")))
    assert answer.code == 0, answer.err
    assert "lms: page 3, 5 of 5 records" in answer.err
    record = place.records[-1]
    assert (record.address, record.rows_read, record.rows_accepted) == (f"{scim.url}/Users", 5, 5)
    assert record.drift == ()
    found = {row["account_id"]: row for row in place.rows()}
    assert set(found) == set(ids)
    dana, meg, olu = (found[identity] for identity in ids[:3])
    assert (dana["worker_ref"], dana["username"], dana["email"]) == ("0007", "druiz", "dana@example.com")
    assert (dana["full_name"], dana["status"], dana["deactivated_at"]) == ("Dana Ruiz", "active", None)
    assert dana["created_at"] is not None
    assert (meg["worker_ref"], meg["full_name"]) == ("W2", "Meg Bay")
    assert (olu["status"], olu["worker_ref"], olu["email"]) == ("inactive", None, "olu@home.example")


def test_a_deactivation_has_no_date_but_that_of_the_load(place: Place, scim: ScimServer) -> None:
    identity = scim.add("druiz", externalId="W1")
    place.load(source(scim.url, more='format = "scim"'), at="2026-03-02T06:00:00Z")
    scim.replace(identity, "druiz", externalId="W1", active=False)
    assert place.load(at="2026-03-03T06:00:00Z").code == 0
    assert [(row["status"], row["deactivated_at"]) for row in place.rows()] == [("inactive", None)]
    assert [record.status for record in place.records] == ["accepted", "accepted"]


def test_users_as_workers_and_a_mapping_of_ones_own(place: Place, scim: ScimServer) -> None:
    scim.add(
        "druiz",
        externalId="x-1",
        userType="Contractor",
        name={"formatted": "Dr. Dana Ruiz"},
        **{ENTERPRISE: {"employeeNumber": "0007", "costCenter": "CC9"}},
    )
    url = scim.url.replace("http://", "scim+http://") + "/Users"
    columns = 'columns = { person_id = "externalId", worker_type = "costCenter" }'
    answer = place.load(source(url, feed="workers", more=columns))
    assert answer.code == 0, answer.err
    row = place.rows()[0]
    assert (row["worker_id"], row["person_id"], row["worker_type"]) == ("0007", "x-1", "CC9")
    assert row["full_name"] == "Dr. Dana Ruiz"
    assert place.load(source(url, feed="workers")).code == 0
    assert place.rows()[0]["worker_type"] == "Contractor"


def test_no_users(place: Place, scim: ScimServer) -> None:
    answer = place.load(source(scim.url, more='format = "scim"'))
    assert answer.code == 0, answer.err
    assert place.rows() == []


def test_a_wrong_token(place: Place, scim: ScimServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEER_SECRET", "another")
    answer = place.load(source(scim.url, more='format = "scim"'))
    assert answer.code == 3
    assert "the service answered 401" in answer.err


def test_feeds_that_are_not_about_users(place: Place, scim: ScimServer) -> None:
    answer = place.load(source(scim.url, feed="jobs", more='format = "scim"'))
    assert answer.code == 2
    assert "feed jobs is not about them" in answer.err


BODIES: dict[str, tuple[Any, str]] = {
    "an error": (
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400"},
        "no SCIM list of users",
    ),
    "another service": ([{"id": 1}], "no SCIM list of users"),
    "a list cut short": ({"totalResults": 3, "Resources": []}, "the list ended at page 1 with 0 of 3 records"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_answers_that_are_no_list_of_users(place: Place, service: HttpService, kind: str) -> None:
    given, says = BODIES[kind]
    service.answers["/Users"] = lambda _: (200, {}, given)
    answer = place.load(source(service.url, more='format = "scim"'))
    assert answer.code == 3
    assert says in answer.err


def test_a_server_with_smaller_pages_and_users_without_status_or_id(place: Place, service: HttpService) -> None:
    users: list[Any] = [
        {"id": "1", "userName": "a", "active": "True"},
        {"id": "2", "userName": "b"},
        {"userName": "c", "active": True},
        "no user",
    ]
    service.answers["/Users"] = lambda asked: (
        200,
        {},
        {"totalResults": 4, "Resources": users[int(asked.query["startIndex"]) - 1 :][:1]},
    )
    answer = place.load(source(service.url, more='format = "scim"', size=100))
    assert answer.code == 0, answer.err
    record = place.records[-1]
    assert (record.rows_read, record.rows_accepted, record.rows_rejected) == (4, 1, 3)
    assert [asked.query["startIndex"] for asked in service.asked] == ["1", "2", "3", "4"]
