"""What comes back from Great Expectations: holds, fails with positions, or errs; never one for another."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch.checks.catalogue import NO_ROWS, Expectation
from gapwatch.checks.expectations import Question, Verdict, judge

_BETWEEN = "ExpectColumnValuesToBeBetween"


def _one(frame: pd.DataFrame, expectation: Expectation) -> Verdict:
    return judge([Question("asked", frame, expectation)])["asked"]


def test_no_rows_holds_on_an_empty_frame_and_fails_on_one_row() -> None:
    assert _one(pd.DataFrame({"id": []}), NO_ROWS) == Verdict(holds=True)
    assert _one(pd.DataFrame({"id": ["x"]}), NO_ROWS) == Verdict(holds=False)


def test_row_wise_expectation_names_the_positions() -> None:
    frame = pd.DataFrame({"pct": [50.0, 101.0, None, -1.0]}, index=[7, 8, 9, 10])
    verdict = _one(frame, Expectation(_BETWEEN, {"column": "pct", "min_value": 0, "max_value": 100}))
    assert verdict == Verdict(holds=False, rows=(1, 3))


@pytest.mark.parametrize(
    ("expectation", "says"),
    [
        (Expectation(_BETWEEN, {"column": "not_there", "min_value": 0}), "not_there"),
        (Expectation("ExpectTableRowCountToEqual", {"value": "three"}), "value"),
        (Expectation("ExpectMiracles"), "ExpectMiracles"),
        (Expectation(_BETWEEN, {"column": "id", "min_value": 0}), "same type"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error_not_a_failure(expectation: Expectation, says: str) -> None:
    verdict = _one(pd.DataFrame({"id": ["x"]}), expectation)
    assert verdict.error is not None
    assert says in verdict.error
    assert not verdict.rows


def test_questions_do_not_mix(capfd: pytest.CaptureFixture[str]) -> None:
    frames = {f"q{number}": pd.DataFrame({"id": ["x"] * (number % 2)}) for number in range(12)}
    verdicts = judge([Question(name, frame, NO_ROWS) for name, frame in frames.items()])
    assert {name for name, verdict in verdicts.items() if not verdict.holds} == {
        "q1", "q3", "q5", "q7", "q9", "q11",
    }  # fmt: skip
    written = capfd.readouterr()
    assert written.out == ""
    assert written.err == ""
