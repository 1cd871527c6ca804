"""The day of as-of has begun for the organisation and not yet at a site further west: what is said of it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from published import Company

from gapwatch.errors import ConfigurationError
from gapwatch.person import audit_sentences
from gapwatch.reads import Reader

TODAY = dt.date(2026, 3, 2)  # 09:00 in Tokyo, 16:00 of the day before in Los Angeles
AS_OF = "2026-03-02T00:00:00Z"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    company = Company(tmp_path_factory.mktemp("west"), timezone="Asia/Tokyo")
    company.source("hr", "role_history", "hr.csv")
    company.put(
        "hr.csv",
        "worker_id,status,job_code,site,effective_from\n"
        "W1,active,OP,REF2,2026-01-05\n"
        "W2,active,OP,REF2,2026-01-05\n"
        "W2,active,SUP,REF2,2026-03-01\n"
        "W2,terminated,,REF2,2026-03-02\n"
        "W3,active,OP,TOK,2026-01-05\n",
    )
    company.publish("2026-03-02T00:00:00Z", as_of=AS_OF)
    with Reader.open(Path(company.folder) / "warehouse") as opened:
        yield opened


def test_where_the_day_is_to_come_the_sentence_speaks_of_as_of(reader: Reader) -> None:
    (told,) = audit_sentences(reader, "W1", TODAY)
    assert told.state == "gap"
    assert "On 2026-03-02 W1 was OP (OP) at REF2." in told.text or "On 2026-03-02 W1 was OP at REF2." in told.text
    assert "NOT met: open since 2026-01-05 (55 days)" in told.text
    (other,) = audit_sentences(reader, "W2", TODAY)
    assert "Supervising" in other.text, "who leaves when the day begins is still there at as-of"
    with pytest.raises(ConfigurationError, match="after what this run speaks about"):
        audit_sentences(reader, "W1", TODAY + dt.timedelta(days=1))
    with pytest.raises(ConfigurationError, match="after what this run speaks about"):
        audit_sentences(reader, "W3", TODAY + dt.timedelta(days=1))


def test_survey_says_the_same(reader: Reader) -> None:
    workers = ["W1", "W2", "W3"]
    found = reader.ask("page_people_day", workers=workers, row_limit=10)
    told = {(row["worker_id"], row["requirement_id"], row["state"]) for row in found.to_dict("records")}
    sentences = {
        (worker, one.requirement_id, one.state) for worker in workers for one in audit_sentences(reader, worker, TODAY)
    }
    assert told == sentences == {("W1", "R-OP", "gap"), ("W2", "R-SUP", "gap"), ("W3", "R-OP", "gap")}
