"""The line that closes a file: taken off, counted, and missed when the file was cut off."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gapwatch.errors import LoadError

from .conftest import Loading

BODY = "worker_id,full_name\nW1,a\nW2,b\n"
PATTERN = r"TRL[,|](\d+).*"


@pytest.mark.parametrize("end", ["TRL|2", "TRL,2\n", "TRL|0002|X\r\n\r\n", "TRL,2\n\x1a"])
def test_the_trailer_is_no_row(loading: Loading, end: str) -> None:
    rows = loading.load("workers", BODY + end, trailer=PATTERN)
    assert [row["worker_id"] for row in rows] == ["W1", "W2"]
    assert (loading.record.rows_read, loading.record.rows_rejected) == (2, 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"{BODY}TRL|3\n", "counts 3 rows, and 2 were read"),
        (f"{BODY}TRL|1\n", "counts 1 rows, and 2 were read"),
        (BODY, "it was cut off"),
        (f"{BODY}TRL|", "it was cut off"),
        (f"{BODY}TRL|2\nW3,c\n", "it was cut off"),
        ("", "it was cut off"),
    ],
)
def test_a_file_that_was_cut_off_is_not_taken(loading: Loading, text: str, problem: str) -> None:
    with pytest.raises(LoadError, match=problem):
        loading.load("workers", text, trailer=PATTERN)
    assert not list((loading.warehouse / "landing").glob("*/manifest.json"))


def test_rejected_rows_count_too(loading: Loading) -> None:
    assert len(loading.load("workers", "worker_id,hired_on\nW1,2026-01-05\n,\nW3,soon\nTRL,3", trailer=PATTERN)) == 1


def test_a_trailer_without_a_count(loading: Loading) -> None:
    assert len(loading.load("workers", f"{BODY}END OF FILE", trailer="END OF FILE")) == 2


def test_a_wrong_pattern(loading: Loading) -> None:
    with pytest.raises(ValidationError, match="trailer is no pattern"):
        loading.load("workers", BODY, trailer="(")
