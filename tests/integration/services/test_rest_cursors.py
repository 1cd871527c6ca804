"""Loads that go on from the last one: what they ask for, what they take once, what an interruption leaves."""

from __future__ import annotations

from typing import Any

import pytest

from gapwatch.warehouse.ledger import last_cursor

from .conftest import Place
from .http_service import Asked, HttpService, status

DAYS = [f"2026-03-{day:02d}T06:00:00Z" for day in range(1, 20)]


def changed(identity: str, at: str) -> dict[str, str]:
    return {"id": identity, "changed": at}


def source(
    service: HttpService,
    *,
    mode: str = "delta",
    since: str = 'parameter = "since", field = "changed"',
    paging: str = '{ type = "link_header" }',
    path: str = "/link",
    more: str = "",
) -> str:
    return (
        f'[[sources]]\nname = "hr"\nfeed = "workers"\nmode = "{mode}"\npath = "{service.url}{path}"\n{more}\n'
        'columns = { worker_id = "id", username = "changed" }\n'
        "[sources.rest]\nbackoff_seconds = 0.01\nattempts = 2\n"
        f"paging = {paging}\n" + (f"since = {{ {since} }}\n" if since else "")
    )


def ids(place: Place) -> list[str]:
    return [row["worker_id"] for row in place.rows()]


@pytest.mark.parametrize("mode", ["delta", "event"])
def test_the_next_load_asks_for_what_is_new_and_takes_it_once(place: Place, service: HttpService, mode: str) -> None:
    service.records = [changed(f"E{day}", f"2026-02-0{day}T10:00:00Z") for day in range(1, 6)]
    assert place.load(source(service, mode=mode), at=DAYS[0]).code == 0
    assert ids(place) == ["E1", "E2", "E3", "E4", "E5"]
    assert "since" not in service.asked[0].query
    first_pages = len(service.asked)
    service.records += [changed("E6", "2026-02-05T10:00:00Z"), changed("E7", "2026-02-06T10:00:00Z")]
    assert place.load(at=DAYS[1]).code == 0
    assert ids(place) == ["E6", "E7"]  # E5 came again; E6 came late, at the time already reached
    assert service.asked[first_pages].query == {"since": "2026-02-05T10:00:00Z"}
    assert place.load(at=DAYS[2]).code == 0
    assert ids(place) == []
    assert place.cursor()["since"] == "2026-02-06T10:00:00Z"
    service.records.append(changed("E8", "2026-02-07T10:00:00Z"))
    assert place.load(at=DAYS[3]).code == 0
    assert ids(place) == ["E8"]


def test_a_record_that_changed_again_at_the_same_time_is_taken(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", DAYS[0])]
    place.load(source(service), at=DAYS[1])
    service.records = [{**changed("E1", DAYS[0]), "full_name": "Dana"}]
    place.load(at=DAYS[2])
    assert [row["full_name"] for row in place.rows()] == ["Dana"]


def test_a_field_that_no_record_of_a_small_load_has_is_empty(place: Place, service: HttpService) -> None:
    text = source(service).replace('worker_id = "id"', 'worker_id = "id", full_name = "name.full"')
    service.records = [{"id": "E1", "changed": DAYS[0], "name": {"full": "Dana"}}]
    assert place.load(text, at=DAYS[1]).code == 0
    service.records = [changed("E2", DAYS[2]), {"id": "E3", "changed": DAYS[2], "name": {"full": "Olu"}}]
    assert place.load(at=DAYS[3]).code == 0
    assert [row["full_name"] for row in place.rows()] == [None, "Olu"]
    service.records = [changed("E4", DAYS[4])]
    answer = place.load(at=DAYS[5])
    assert answer.code == 0, answer.err
    assert [row["full_name"] for row in place.rows()] == [None]
    service.records = []
    assert place.load(at=DAYS[6]).code == 0
    service.records = [changed("E5", DAYS[7])]
    assert place.load(at=DAYS[8]).code == 0


def test_a_full_load_asks_for_everything_but_says_how_far_it_came(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", "2026-02-01T10:00:00Z")]
    place.load(source(service, mode="full"), at=DAYS[0])
    assert place.load(at=DAYS[1]).code == 0
    assert all("since" not in asked.query for asked in service.asked)
    assert place.load(source(service, mode="delta"), at=DAYS[2]).code == 0
    assert service.asked[-1].query == {"since": "2026-02-01T10:00:00Z"}


def test_an_interrupted_load_goes_on_from_the_last_finished_one(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", "2026-02-01T10:00:00Z")]
    place.load(source(service), at=DAYS[0])
    service.records += [changed(f"E{day}", f"2026-02-0{day}T10:00:00Z") for day in range(2, 8)]
    service.faults.extend([None, status(500), status(500)])
    assert place.load(at=DAYS[1]).code == 3
    assert len(place.records) == 1
    assert place.cursor()["since"] == "2026-02-01T10:00:00Z"
    assert place.load(at=DAYS[2]).code == 0
    assert ids(place) == [f"E{day}" for day in range(2, 8)]


FORMATS = {
    "iso": ("2026-02-01T09:55:00.000Z", "2026-02-01T10:00:00Z"),
    "date": ("2026-02-01", "2026-02-01T10:00:00Z"),
    "epoch_s": ("1769939700", "1769940000"),
    "epoch_ms": ("1769939700000", "2026-02-01T04:00:00-06:00"),
}


@pytest.mark.parametrize("form", FORMATS)
def test_an_overlap_in_every_way_to_write_a_time(place: Place, service: HttpService, form: str) -> None:
    asks, written = FORMATS[form]
    records = [changed("E1", written)]
    service.answers["/all"] = lambda _: (200, {}, records)  # whatever it is asked for
    since = f'parameter = "updated", field = "changed", format = "{form}", overlap_seconds = 300'
    text = source(service, since=since, path="/all", paging='{ type = "none" }')
    assert place.load(text, at=DAYS[0]).code == 0
    assert place.load(at=DAYS[1]).code == 0
    assert service.asked[-1].query == {"updated": asks}
    assert ids(place) == []
    records.append(changed("E0", "2026-02-01T09:58:00Z"))  # stored late, with a time before the one reached
    assert place.load(at=DAYS[2]).code == 0
    assert ids(place) == ["E0"]
    assert place.load(at=DAYS[3]).code == 0
    assert ids(place) == []


def test_a_filter_of_odata(place: Place, service: HttpService) -> None:
    service.answers["/EmpJob"] = lambda _: (200, {}, {"d": {"results": [changed("E1", "/Date(1769940000000+0000)/")]}})
    since = (
        'parameter = "$filter", field = "changed", format = "iso",'
        " template = \"lastModifiedDateTime gt datetimeoffset'{}'\""
    )
    text = source(service, since=since, path="/EmpJob", paging='{ type = "none" }', more='records = "d.results"')
    assert place.load(text, at=DAYS[0]).code == 0
    assert place.load(at=DAYS[1]).code == 0
    assert service.asked[1].query == {"$filter": "lastModifiedDateTime gt datetimeoffset'2026-02-01T10:00:00.000Z'"}
    assert ids(place) == []


def test_the_first_load_may_start_somewhere(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", "2026-02-01T10:00:00Z")]
    since = 'parameter = "since", field = "changed", start = "2025-01-01"'
    place.load(source(service, since=since), at=DAYS[0])
    assert service.asked[0].query == {"since": "2025-01-01"}


def test_another_cursor_setting_starts_over(place: Place, service: HttpService) -> None:
    service.records = [changed("E1", "2026-02-01T10:00:00Z")]
    place.load(source(service), at=DAYS[0])
    place.load(source(service, since='parameter = "since", field = "id"'), at=DAYS[1])
    assert "since" not in service.asked[-1].query


def test_a_record_without_the_time_is_taken_but_not_a_list_of_them(place: Place, service: HttpService) -> None:
    service.records = [{"id": "E1", "changed": None}, "lost", changed("E2", DAYS[0])]
    assert place.load(source(service), at=DAYS[1]).code == 0
    assert ids(place) == ["E1", "E2"]
    assert place.records[-1].rows_rejected == 1
    assert place.cursor()["since"] == DAYS[0]
    service.answers["/link"] = lambda _: (200, {}, [{"id": "E1"}])
    answer = place.load(at=DAYS[2])
    assert answer.code == 3
    assert "no record has a time in changed" in answer.err


def test_a_stream_goes_on_from_its_last_cursor(place: Place, service: HttpService) -> None:
    stream = [{"id": f"E{number}"} for number in range(5)]

    def answer(asked: Asked) -> tuple[int, dict[str, str], Any]:
        start = int(asked.query.get("after", "0"))
        items = stream[start : start + 2]
        return 200, {}, {"items": items, "position": start + len(items)}

    service.answers["/stream"] = answer
    paging = '{ type = "cursor", parameter = "after", next = "position", resume = true }'
    text = source(service, mode="event", since="", paging=paging, path="/stream", more='records = "items"').replace(
        ', username = "changed"', ""
    )
    assert place.load(text, at=DAYS[0]).code == 0
    assert len(place.rows()) == 5
    assert place.cursor()["cursor"] == "5"
    stream += [{"id": "E5"}]
    assert place.load(at=DAYS[1]).code == 0
    assert ids(place) == ["E5"]
    assert place.load(at=DAYS[2]).code == 0
    assert ids(place) == []
    assert place.cursor()["cursor"] == "6"


def test_a_held_load_moves_no_cursor(place: Place, service: HttpService) -> None:
    service.records = [changed(f"E{number}", "2026-02-01T10:00:00Z") for number in range(200)]
    service.size = 500
    place.load(source(service), at=DAYS[5])
    service.records = [changed(f"E{number}", "2026-02-02T10:00:00Z") for number in range(200)]
    assert place.load(at=DAYS[1]).code == 3  # older than the newest
    assert [record.status for record in place.records] == ["accepted", "held"]
    in_force = last_cursor(place.records, source="hr")
    assert in_force == place.records[0].cursor
    assert in_force != place.records[1].cursor
