"""REST through ``gapwatch load``: the five ways of paging, the ways to sign in, cursors, from a real HTTP server."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from .conftest import SECRET, Place
from .http_service import Asked, HttpService

ALL = [f"E{number}" for number in range(1, 8)]


def source(service: HttpService, path: str, paging: str, *, more: str = "", rest: str = "", mode: str = "full") -> str:
    """A ``[[sources]]`` entry of workers at that path."""
    return (
        f'[[sources]]\nname = "hr"\nfeed = "workers"\nmode = "{mode}"\npath = "{service.url}{path}"\n{more}\n'
        f'columns = {{ worker_id = "id" }}\n'
        f"[sources.rest]\nbackoff_seconds = 0.01\ntimeout_seconds = 0.5\n{rest}\npaging = {paging}\n"
    )


PAGINGS = {
    "page number": ("/page", '{ type = "page", parameter = "page", total = "total" }', 'records = "items"'),
    "page number, no total": ("/page", '{ type = "page", parameter = "page" }', 'records = "items"'),
    "offset, 204 past the end": ("/offset", '{ type = "offset", parameter = "skip" }', ""),
    "cursor": ("/cursor", '{ type = "cursor", parameter = "at", next = "meta.next" }', 'records = "data.items"'),
    "link header": ("/link", '{ type = "link_header" }', ""),
    "next link in the body": ("/next", '{ type = "next_link", next = "@odata.nextLink" }', 'records = "value"'),
}


@pytest.mark.parametrize("way", PAGINGS)
def test_every_way_of_paging_gives_every_record_once(place: Place, service: HttpService, way: str) -> None:
    path, paging, more = PAGINGS[way]
    answer = place.load(source(service, path, paging, more=more))
    assert answer.code == 0, answer.err
    assert [row["worker_id"] for row in place.rows()] == ALL
    record = place.records[-1]
    assert (record.rows_read, record.rows_accepted, record.rows_rejected) == (7, 7, 0)
    assert record.address == f"{service.url}{path}"
    assert "hr: page 3, 7" in answer.err


@pytest.mark.parametrize("way", PAGINGS)
def test_a_list_without_records_is_no_error(place: Place, service: HttpService, way: str) -> None:
    service.records = []
    path, paging, more = PAGINGS[way]
    answer = place.load(source(service, path, paging, more=more))
    assert answer.code == 0, answer.err
    assert place.rows() == []


def test_a_second_load_of_the_same_records_is_unchanged(place: Place, service: HttpService) -> None:
    place.load(source(service, "/link", '{ type = "link_header" }'), at="2026-03-02T06:00:00Z")
    place.load(at="2026-03-03T06:00:00Z")
    assert [record.status for record in place.records] == ["accepted", "unchanged"]


def test_offset_that_counts_pages(place: Place, service: HttpService) -> None:
    service.answers["/pages"] = lambda asked: (200, {}, service.records[int(asked.query["_offset"]) * 3 :][:3])
    paging = '{ type = "offset", parameter = "_offset", step = "pages", size_parameter = "_limit", size = 3 }'
    assert place.load(source(service, "/pages", paging)).code == 0
    assert [row["worker_id"] for row in place.rows()] == ALL
    assert [asked.query for asked in service.lists][:2] == [
        {"_limit": "3", "_offset": "0"},
        {"_limit": "3", "_offset": "1"},
    ]


def test_numbers_nested_values_and_zeros_survive(place: Place, service: HttpService) -> None:
    service.records = [{"id": "007", "name": {"full": "Dana"}, "email": None, "n": 1.50, "big": 12345678901234567890}]
    text = source(service, "/link", '{ type = "link_header" }').replace(
        'worker_id = "id"', 'worker_id = "id", full_name = "name.full", username = "big", worker_type = "n"'
    )
    assert place.load(text).code == 0
    row = place.rows()[0]
    assert (row["worker_id"], row["full_name"], row["username"], row["worker_type"]) == (
        "007",
        "Dana",
        "12345678901234567890",
        "1.5",
    )


def test_a_record_that_is_no_object_is_rejected_and_counted(place: Place, service: HttpService) -> None:
    service.records = [{"id": "A"}, "lost", {"id": None}]
    assert place.load(source(service, "/link", '{ type = "link_header" }')).code == 0
    record = place.records[-1]
    assert (record.rows_read, record.rows_accepted, record.rows_rejected) == (3, 1, 2)
    assert [reject["reason"] for reject in place.rejects()] == ["the record is no object", "missing"]


SIGN_INS = {
    "basic": ('{ type = "basic", user = "gap", password_env = "PEER_SECRET" }', f"gap:{SECRET}"),
    "basic, the user is the key": ('{ type = "basic", user_env = "PEER_SECRET" }', f"{SECRET}:"),
    "bearer": ('{ type = "bearer", token_env = "PEER_SECRET" }', None),
    "key in a header": ('{ type = "api_key", header = "X-Api-Key", key_env = "PEER_SECRET" }', None),
    "key in the query": ('{ type = "api_key", parameter = "wstoken", key_env = "PEER_SECRET" }', None),
}


@pytest.mark.parametrize("way", SIGN_INS)
def test_every_way_to_sign_in(place: Place, service: HttpService, way: str) -> None:
    auth, pair = SIGN_INS[way]

    def allows(asked: Asked) -> bool:
        basic = f"Basic {base64.b64encode((pair or '').encode()).decode()}"
        given = (asked.headers.get("authorization"), asked.headers.get("x-api-key"), asked.query.get("wstoken"))
        return given[0] in (basic, f"Bearer {SECRET}") or SECRET in given[1:]

    service.allows = allows
    answer = place.load(
        source(service, "/page", PAGINGS["page number"][1], more='records = "items"', rest=f"auth = {auth}")
    )
    assert answer.code == 0, answer.err
    assert len(place.rows()) == 7


def test_a_wrong_secret_names_the_variable_and_not_the_secret(place: Place, service: HttpService) -> None:
    service.allows = lambda _: False
    auth = 'auth = { type = "api_key", parameter = "wstoken", key_env = "PEER_SECRET" }'
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=auth))
    assert answer.code == 3
    assert "the service answered 401" in answer.err
    assert "PEER_SECRET" in answer.err
    assert place.records == []


def test_a_secret_that_is_not_set(place: Place, service: HttpService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEER_SECRET")
    auth = 'auth = { type = "bearer", token_env = "PEER_SECRET" }'
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=auth))
    assert answer.code == 2
    assert "PEER_SECRET is not set" in answer.err
    assert service.asked == []


def test_a_secret_that_no_header_can_carry(place: Place, service: HttpService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEER_SECRET", "zwei\nZeilen-é")
    auth = 'auth = { type = "bearer", token_env = "PEER_SECRET" }'
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=auth))
    assert answer.code == 2
    assert "the value of PEER_SECRET has characters that no header can carry" in answer.err
    assert "Zeilen" not in answer.err


OAUTH = (
    'auth = { type = "oauth2", token_url = "URL/token", client_id = "gap", client_secret_env = "PEER_SECRET",'
    ' scope = "read"MORE }'
)


@pytest.mark.parametrize("where", ["header", "body"])
def test_client_credentials_and_a_token_that_ends_too_early(place: Place, service: HttpService, where: str) -> None:
    service.allows = service.takes_token
    service.token_uses = 2  # the third page needs a second token
    rest = OAUTH.replace("URL", service.url).replace("MORE", f', client_in = "{where}"')
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=rest))
    assert answer.code == 0, answer.err
    assert [row["worker_id"] for row in place.rows()] == ALL
    assert service.tokens == 2
    assert service.last_client == f"gap:{SECRET}"


def test_an_expired_token_is_renewed_before_it_is_used(place: Place, service: HttpService) -> None:
    service.allows = service.takes_token
    service.token_lasts = -1
    rest = OAUTH.replace("URL", service.url).replace("MORE", "")
    assert place.load(source(service, "/link", '{ type = "link_header" }', rest=rest)).code == 0
    assert service.tokens == 3
    assert len(service.lists) == 3


def test_a_token_service_that_is_busy_is_asked_again(place: Place, service: HttpService) -> None:
    service.allows = service.takes_token
    busy = iter([503, 429])

    def token(asked: Asked) -> tuple[int, dict[str, str], Any]:
        status = next(busy, 200)
        if status != 200:
            return status, {"Retry-After": "0"}, {"error": "busy"}
        del service.answers["/token"]
        return service.answer(asked)

    service.answers["/token"] = token
    rest = OAUTH.replace("URL", service.url).replace("MORE", "")
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=rest))
    assert answer.code == 0, answer.err
    assert "the token service answered 503; trying again in 0.0 s" in answer.err
    assert len(place.rows()) == 7


def test_a_client_that_the_token_service_refuses(place: Place, service: HttpService) -> None:
    service.answers["/token"] = lambda _: (401, {}, {"error": "invalid_client", "error_description": SECRET})
    rest = OAUTH.replace("URL", service.url).replace("MORE", "")
    answer = place.load(source(service, "/link", '{ type = "link_header" }', rest=rest))
    assert answer.code == 3
    assert "the token service gave no token (status 401)" in answer.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('path = "https://u:p@h/x"', "path holds a user or password"),
        ('path = "https://h/x?wstoken=abc"', "path holds wstoken, which looks like a secret"),
        ('path = "http://hr.example.com/x"', "auth over http:// would send the secret in clear"),
        ('path = "ftp://h/x"', "a service needs a path like https://host/path"),
    ],
)
def test_a_path_that_would_give_a_secret_away(place: Place, line: str, says: str) -> None:
    answer = place.load(
        f'[[sources]]\nname = "hr"\nfeed = "workers"\n{line}\n'
        '[sources.rest]\nauth = { type = "bearer", token_env = "PEER_SECRET" }\n'
    )
    assert answer.code == 2
    assert says in answer.err


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ('auth = { type = "bearer" }', "needs token_env"),
        ('auth = { type = "bearer", token_env = "X", user = "y" }', "has no user"),
        ('auth = { type = "bearer", token = "x" }', "Extra inputs are not permitted"),
        ('paging = { type = "cursor", parameter = "c" }', "needs next"),
        ('params = { api_key = "x" }', "a secret does not belong in this file"),
        ('headers = { Authorization = "x" }', "a secret does not belong in this file"),
    ],
)
def test_settings_that_cannot_work(place: Place, rest: str, says: str) -> None:
    answer = place.load(f'[[sources]]\nname = "hr"\nfeed = "workers"\npath = "https://h/x"\n[sources.rest]\n{rest}\n')
    assert answer.code == 2
    assert says in answer.err
