"""xAPI through ``gapwatch load``, from Ralph and from a store that keeps the specification to the letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Place
from .http_service import HttpService, status
from .lrs import Lrs, Ralph, ralph, statement, voiding

DAYS = [f"2026-03-{day:02d}T06:00:00Z" for day in range(1, 20)]
AT = "2026-02-01T10:00:00.000Z"


@pytest.fixture
def lrs(service: HttpService) -> Lrs:
    return Lrs(service)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ralph]:
    with ralph(tmp_path_factory.mktemp("ralph")) as running:
        yield running


def source(url: str, *, mode: str = "full", more: str = "", rest: str = "") -> str:
    return (
        f'[[sources]]\nname = "lrs"\nfeed = "lms_completions"\nmode = "{mode}"\npath = "xapi+{url}"\n{more}\n'
        "[sources.rest]\nbackoff_seconds = 0.01\nattempts = 2\n"
        f'auth = {{ type = "basic", user = "gapwatch", password_env = "PEER_SECRET" }}\n{rest}\n'
    )


def results(place: Place) -> dict[str, str]:
    """Result by course."""
    return {row["course_id"].rpartition("/")[2]: row["result"] for row in place.rows()}


def test_statements_of_ralph(place: Place, store: Ralph) -> None:
    wanted = [
        statement("passed", "C1", at=AT, result={"success": True, "score": {"raw": 88, "scaled": 0.88}}),
        statement("completed", "C2", at=AT),
        statement("failed", "C3", at=AT),
        statement("completed", "C4", at=AT, result={"success": False}),
    ]
    by_mail = statement("passed", "C5", at="2026-02-02T09:00:00+01:00")
    by_mail["actor"] = {"mbox": "mailto:dana@example.com"}
    undone = statement("passed", "C7", at=AT)
    store.store(*wanted, statement("initialized", "C6", at=AT), by_mail, undone, voiding(undone["id"], at=AT))
    answer = place.load(source(store.url))
    assert answer.code == 0, answer.err
    assert "lrs: page 4, 8 records" in answer.err
    assert results(place) == {"C1": "passed", "C2": "completed", "C3": "failed", "C4": "failed", "C5": "passed"}
    record = place.records[-1]
    assert (record.address, record.rows_read, record.drift) == (f"{store.url}/statements", 5, ())
    rows = {row["completion_id"]: row for row in place.rows()}
    first, last = rows[wanted[0]["id"]], rows[by_mail["id"]]
    assert (first["account_id"], first["score"]) == ("A1", "88")
    assert first["course_id"] == "https://lms.example.com/courses/C1"
    assert first["completed_at"] == dt.datetime.fromisoformat("2026-02-01T10:00:00")
    assert first["recorded_at"] is not None
    assert (last["account_id"], last["completed_at"]) == (
        "dana@example.com",
        dt.datetime.fromisoformat("2026-02-02T08:00:00"),
    )


def test_a_wrong_password_at_ralph(place: Place, store: Ralph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEER_SECRET", "another")
    answer = place.load(source(store.url))
    assert answer.code == 3
    assert "the service answered 401" in answer.err


JUDGED: list[tuple[str, dict[str, Any], str]] = [
    ("passed", {}, "passed"),
    ("passed", {"success": False}, "failed"),
    ("completed", {}, "completed"),
    ("completed", {"completion": True}, "completed"),
    ("completed", {"success": True}, "passed"),
    ("completed", {"success": False}, "failed"),
    ("completed", {"completion": False}, "incomplete"),
    ("failed", {"success": True}, "failed"),
    ("https://w3id.org/xapi/adl/verbs/waived", {"success": True}, "waived"),
    ("https://acme.example.com/certified", {}, "passed"),
]


@pytest.mark.parametrize(("verb", "stated", "wanted"), JUDGED)
def test_what_a_statement_says_of_an_attempt(
    place: Place, lrs: Lrs, verb: str, stated: dict[str, Any], wanted: str
) -> None:
    lrs.store({**statement(verb, "C1", at=AT), **({"result": stated} if stated else {})}, at=AT)
    values = '[sources.values.result]\n"https://acme.example.com/certified" = "passed"\n'
    answer = place.load(source(f"{lrs.service.url}/xapi") + values)
    assert answer.code == 0, answer.err
    assert results(place) == {"C1": wanted}


@pytest.mark.parametrize("verb", ["initialized", "terminated", "https://acme.example.com/certified"])
def test_other_verbs_are_no_attempts(place: Place, lrs: Lrs, verb: str) -> None:
    lrs.store(statement(verb, at=AT), at=AT)
    answer = place.load(source(f"{lrs.service.url}/xapi/statements"))
    assert answer.code == 0, answer.err
    assert place.rows() == []
    assert "1 statements, 0 attempts, 0 voided" in answer.err


def test_an_actor_or_object_that_names_nobody_or_no_course_is_rejected(place: Place, lrs: Lrs) -> None:
    group = statement("passed", at=AT, actor={"objectType": "Group", "member": []})
    agent = statement("passed", at=AT, object={"objectType": "Agent", "mbox": "mailto:x@example.com"})
    undated = statement("passed", at=AT)
    del undated["timestamp"]
    lrs.store(group, agent, undated, at=AT)
    place.load(source(f"{lrs.service.url}/xapi"))
    assert [reject["column_name"] for reject in place.rejects()] == ["account_id", "course_id", "completed_at"]


@pytest.mark.parametrize("hides", [True, False])
def test_a_statement_voided_on_a_later_page_drops_out(place: Place, lrs: Lrs, hides: bool) -> None:
    lrs.hides_voided, lrs.page = hides, 1
    undone, kept = statement("passed", "C1", at=AT), statement("passed", "C2", at=AT)
    lrs.store(undone, kept, at=AT)
    lrs.store(voiding(undone["id"].upper(), at=AT), at="2026-02-02T10:00:00Z")
    answer = place.load(source(f"{lrs.service.url}/xapi"))
    assert answer.code == 0, answer.err
    assert results(place) == {"C2": "passed"}


def test_the_next_load_asks_for_what_was_stored_since(place: Place, lrs: Lrs) -> None:
    lrs.store(statement("passed", "C1", at=AT), at="2026-02-01T10:00:00.123456Z")
    lrs.store(statement("passed", "C2", at=AT), at="2026-02-02T10:00:00Z")
    assert place.load(source(f"{lrs.service.url}/xapi", mode="delta"), at=DAYS[0]).code == 0
    assert set(results(place)) == {"C1", "C2"}
    lrs.store(statement("passed", "C3", at="2020-01-01T00:00:00Z"), at="2026-02-02T10:00:00Z")  # at the same instant
    lrs.store(statement("passed", "C4", at=AT), at="2026-02-03T10:00:00Z")
    assert place.load(at=DAYS[1]).code == 0
    assert set(results(place)) == {"C3", "C4"}
    assert lrs.service.asked[-1].query["since"] == "2026-02-02T09:59:59.000Z"
    assert place.load(at=DAYS[2]).code == 0
    assert place.rows() == []
    assert place.cursor()["since"] == "2026-02-03T10:00:00Z"


def test_a_statement_voided_after_its_load_deletes_its_row(place: Place, lrs: Lrs) -> None:
    undone, kept = statement("passed", "C1", at=AT), statement("passed", "C2", at=AT)
    lrs.store(undone, kept, at="2026-02-01T10:00:00Z")
    place.load(source(f"{lrs.service.url}/xapi", mode="delta"), at=DAYS[0])
    lrs.store(voiding(undone["id"], at=AT), at="2026-02-05T10:00:00Z")
    answer = place.load(at=DAYS[1])
    assert answer.code == 0, answer.err
    rows = place.rows()
    assert [(row["completion_id"], row["is_deleted"]) for row in rows] == [(undone["id"], True)]
    assert place.records[-1].drift == ()
    assert place.records[-1].rows_rejected == 0


def test_a_store_that_vouches_for_less_is_asked_for_the_rest_again(place: Place, lrs: Lrs) -> None:
    lrs.consistent_through = "2026-02-02T00:00:00Z"
    lrs.store(statement("passed", "C1", at=AT), at="2026-02-01T10:00:00Z")
    lrs.store(statement("passed", "C3", at=AT), at="2026-02-03T10:00:00Z")
    place.load(source(f"{lrs.service.url}/xapi", mode="event"), at=DAYS[0])
    assert set(results(place)) == {"C1", "C3"}
    assert place.cursor()["since"].startswith("2026-02-02T00:00:00")
    lrs.consistent_through = "2026-02-10T00:00:00Z"
    lrs.store(statement("passed", "C2", at=AT), at="2026-02-02T12:00:00Z")  # was on its way
    assert place.load(at=DAYS[1]).code == 0
    assert set(results(place)) == {"C2"}
    assert place.load(at=DAYS[2]).code == 0
    assert place.rows() == []


def test_an_interrupted_load_goes_on_from_the_last_finished_one(place: Place, lrs: Lrs) -> None:
    lrs.store(statement("passed", "C1", at=AT), at="2026-02-01T10:00:00Z")
    place.load(source(f"{lrs.service.url}/xapi", mode="delta"), at=DAYS[0])
    for day in range(2, 8):
        lrs.store(statement("passed", f"C{day}", at=AT), at=f"2026-02-0{day}T10:00:00Z")
    lrs.service.faults.extend([None, status(500), status(500)])
    assert place.load(at=DAYS[1]).code == 3
    assert len(place.records) == 1
    assert place.load(at=DAYS[2]).code == 0
    assert set(results(place)) == {f"C{day}" for day in range(2, 8)}


def test_another_version_of_the_standard(place: Place, lrs: Lrs) -> None:
    rest = 'headers = { X-Experience-API-Version = "2.0.0" }\npaging = { size = 2 }'
    answer = place.load(source(f"{lrs.service.url}/xapi", rest=rest))
    assert answer.code == 3
    assert lrs.service.asked[-1].headers["x-experience-api-version"] == "2.0.0"
    assert lrs.service.asked[-1].query == {"ascending": "true", "limit": "2"}


def test_answers_that_are_no_statements(place: Place, service: HttpService) -> None:
    service.answers["/xapi/statements"] = lambda _: (200, {}, {"results": []})
    answer = place.load(source(f"{service.url}/xapi"))
    assert answer.code == 3
    assert "the answer is no list of xAPI statements" in answer.err
    service.answers["/xapi/statements"] = lambda _: (200, {}, {"statements": [{"id": "x"}]})
    answer = place.load()
    assert answer.code == 3
    assert "a statement has no id or no time of storage" in answer.err


def test_paging_is_the_standards_own(place: Place, lrs: Lrs) -> None:
    answer = place.load(source(f"{lrs.service.url}/xapi", rest='paging = { type = "link_header" }'))
    assert answer.code == 2
    assert "this service pages by its own standard" in answer.err
