"""What a service can do wrong: each is survived by trying again, or ends in a clear error with nothing landed."""

from __future__ import annotations

import datetime as dt
import email.utils
from collections import deque
from typing import Any

import pytest

from .conftest import Place
from .http_service import (
    Asked,
    Fault,
    HttpService,
    body,
    dribble,
    promise_less,
    promise_more,
    reset,
    stall,
    status,
)
from .test_rest import ALL, PAGINGS, source

EARLIER = "2026-03-02T06:00:00Z"
LATER = "2026-03-03T06:00:00Z"
QUICK = "page_timeout_seconds = 0.8\nattempts = 3"


def listed(service: HttpService, way: str = "link header", **more: Any) -> str:
    path, paging, records = PAGINGS[way]
    return source(service, path, paging, more=records, rest=more.pop("rest", QUICK), **more)


def refused(place: Place, service: HttpService, faults: list[Fault | None], *, way: str = "link header") -> str:
    """Load once well, then with these faults: exit 3, and the first load still stands. What was said."""
    assert place.load(listed(service, way), at=EARLIER).code == 0
    before = place.rows()
    service.faults = deque(faults)
    answer = place.load(at=LATER)
    assert answer.code == 3
    assert len(place.records) == 1
    assert place.rows() == before
    assert not [path for path in (place.warehouse / "landing").iterdir() if path.name.startswith(".tmp")]
    assert "Dana Ruiz" not in answer.err
    assert "where: source hr: http://127.0.0.1" in answer.err
    return answer.err


PASSING: dict[str, Fault] = {
    "it stalls": stall,
    "it dribbles": dribble,
    "it resets in the middle of the body": reset,
    "it promises more than it sends": promise_more,
    "it promises less than it sends": promise_less,
    "it sends half of the JSON": body('[{"id": "E4"}, {"id"'),
    "it has too many requests": status(429, Retry_After="0"),
    "it is unavailable": status(503),
    "it fails": status(500),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_survived(place: Place, service: HttpService, fault: str) -> None:
    service.faults = deque([None, PASSING[fault], PASSING[fault]])
    answer = place.load(listed(service))
    assert answer.code == 0, answer.err
    assert [row["worker_id"] for row in place.rows()] == ALL
    assert answer.err.count("trying again in") == 2


LASTING: dict[str, tuple[Fault, str]] = {
    "it stalls": (stall, "the service said nothing for 0.5 s, 3 times"),
    "it dribbles": (dribble, "a page took longer than 0.8 s, 3 times"),
    "it resets": (reset, "the connection failed or broke off"),
    "it promises more than it sends": (
        promise_more,
        "the connection failed or broke off (RemoteProtocolError), 3",
    ),
    "it promises less than it sends": (promise_less, "the answer is not complete JSON, 3 times"),
    "it sends half of the JSON": (body('[{"id"'), "the answer is not complete JSON, 3 times"),
    "it sends nothing": (body(""), "the answer is not complete JSON, 3 times"),
    "it fails for ever": (status(500), "the service answered 500, 3 times"),
    "it is never free": (status(429, Retry_After="0"), "the service answered 429, 3 times"),
}


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_is_an_error_and_nothing_is_landed(place: Place, service: HttpService, fault: str) -> None:
    play, says = LASTING[fault]
    assert says in refused(place, service, [None, *[play] * 10])


AT_ONCE: dict[str, tuple[Fault, str]] = {
    "a page of HTML": (body("<!doctype html><p>Sign in", kind="text/html"), "a page of HTML or XML, not with JSON"),
    "HTML that calls itself JSON": (body(" <html>Sorry"), "a page of HTML or XML, not with JSON"),
    "an error of Moodle": (
        body('{"exception": "moodle_exception", "errorcode": "invalidtoken", "message": "Dana Ruiz"}'),
        "the service reports an error with a status of success: exception, invalidtoken",
    ),
    "an error object": (body('{"error": {"code": "E77", "message": "Dana Ruiz"}}'), "success: error, E77"),
    "an error code that is prose": (body('{"error": 1, "code": "Dana Ruiz"}'), "a status of success: error\n"),
    "rights withdrawn": (status(403), "the service answered 403"),
    "a wrong address": (status(404), "the service answered 404"),
    "a redirect": (status(302, Location="http://elsewhere.example.com/"), "the service answered 302"),
    "too long a wait": (status(429, Retry_After="86400"), "the service asks to wait 86,400 s, more than 120 s"),
}


@pytest.mark.parametrize("fault", AT_ONCE)
def test_what_cannot_get_better_is_not_tried_again(place: Place, service: HttpService, fault: str) -> None:
    play, says = AT_ONCE[fault]
    assert says in refused(place, service, [None, play])
    assert len(service.asked) == 3 + 2


def test_retry_after_is_kept_in_seconds_and_as_a_date(place: Place, service: HttpService) -> None:
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # by the service's clock, which may be wrong
    until = email.utils.format_datetime(now + dt.timedelta(seconds=1), usegmt=True)

    def busy(handler: Any) -> None:
        handler.send_response_only(503)
        for name, value in (("Date", email.utils.format_datetime(now, usegmt=True)), ("Retry-After", until)):
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    service.faults = deque([status(429, Retry_After="1"), busy])
    answer = place.load(listed(service))
    assert answer.code == 0, answer.err
    assert answer.err.count("trying again in 1.0 s") == 2


def test_a_service_that_is_not_there(place: Place, service: HttpService) -> None:
    path, paging, more = PAGINGS["link header"]
    text = source(service, path, paging, more=more, rest=QUICK).replace(service.url, "http://127.0.0.1:9")
    answer = place.load(text)
    assert answer.code == 3
    assert "the connection failed or broke off (ConnectError), 3 times" in answer.err


def test_a_parameter_that_the_service_does_not_know_repeats_the_page(place: Place, service: HttpService) -> None:
    service.answers["/same"] = lambda _: (200, {}, [{"id": "E1"}])
    answer = place.load(source(service, "/same", '{ type = "page", parameter = "pg" }'))
    assert answer.code == 3
    assert "page 2 has the same records as a page before it" in answer.err


def test_a_cursor_that_leads_in_a_circle(place: Place, service: HttpService) -> None:
    def circle(asked: Asked) -> tuple[int, dict[str, str], Any]:
        at = int(asked.query.get("at", "0"))
        return 200, {}, {"items": [{"id": f"E{len(service.asked)}"}], "next": 1 + at % 2}

    service.answers["/circle"] = circle
    paging = '{ type = "cursor", parameter = "at", next = "next" }'
    answer = place.load(source(service, "/circle", paging, more='records = "items"'))
    assert answer.code == 3
    assert "the service leads in a circle" in answer.err


def test_a_list_without_end(place: Place, service: HttpService) -> None:
    service.answers["/endless"] = lambda _: (200, {}, [{"id": f"E{len(service.asked)}"}])
    answer = place.load(source(service, "/endless", '{ type = "page", parameter = "page" }', rest="max_pages = 20"))
    assert answer.code == 3
    assert "the list has more than 20 pages" in answer.err


def test_an_empty_page_before_the_end(place: Place, service: HttpService) -> None:
    said = refused(place, service, [None, body('{"total": 7, "items": []}')], way="page number")
    assert "the list ended at page 2 with 3 of 7 records" in said


def test_a_page_that_shrinks(place: Place, service: HttpService) -> None:
    said = refused(
        place,
        service,
        [None, body('{"total": 7, "items": [{"id": "E4"}]}'), None, body('{"total": 7, "items": []}')],
        way="page number",
    )
    assert "with 5 of 7 records" in said


def test_a_list_that_changes_while_it_is_read_is_read_again(place: Place, service: HttpService) -> None:
    def shrink(handler: Any) -> None:
        service.records = service.records[1:]  # page 2 would now start one record too late
        handler.send(*service.answer(handler.seen))

    service.faults = deque([None, shrink])
    answer = place.load(listed(service, "page number"))
    assert answer.code == 0, answer.err
    assert "the list changed while it was read; reading it again" in answer.err
    assert [row["worker_id"] for row in place.rows()] == ALL[1:]


def test_a_list_that_never_stands_still(place: Place, service: HttpService) -> None:
    def grow(handler: Any) -> None:
        service.records = [*service.records, {"id": f"N{len(service.asked)}"}]
        handler.send(*service.answer(handler.seen))

    service.faults = deque([grow] * 20)
    answer = place.load(listed(service, "page number"))
    assert answer.code == 3
    assert "the list changed while it was read, 3 times" in answer.err


def test_a_link_to_another_host_is_not_followed(place: Place, service: HttpService) -> None:
    service.answers["/lured"] = lambda _: (200, {"Link": '<http://other.example.com/?at=3>; rel="next"'}, [{"id": "A"}])
    answer = place.load(source(service, "/lured", '{ type = "link_header" }'))
    assert answer.code == 3
    assert "the link to the next page leads to another host" in answer.err


def test_records_under_another_key(place: Place, service: HttpService) -> None:
    answer = place.load(source(service, "/page", PAGINGS["page number"][1], more='records = "people"'))
    assert answer.code == 3
    assert "a page has no list of records under 'people'; its keys: items, total" in answer.err
    answer = place.load(source(service, "/page", PAGINGS["page number"][1]))
    assert answer.code == 2
    assert "set records in [[sources]] to one of: items" in answer.err
