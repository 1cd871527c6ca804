"""The trust line names what weakens the figures, the gravest first."""

from __future__ import annotations

from typing import cast

import pandas as pd
import pytest

from gapwatch.dashboard import trust
from gapwatch.dashboard.answers import View


class Told:
    """A view that answers two questions from frames."""

    def __init__(self, sources: list[tuple[str, str, float | None]], checks: list[tuple[str, str, str]]) -> None:
        self._frames = {
            "page_sources": pd.DataFrame(
                [(*row, 24.0) for row in sources], columns=["source", "status", "age_hours", "expect_every_hours"]
            ),
            "page_checks": pd.DataFrame(
                [(*row, f"{row[0]} went wrong") for row in checks], columns=["check_id", "severity", "status", "detail"]
            ),
        }

    def ask(self, name: str) -> pd.DataFrame:
        """The frame of that question."""
        return self._frames[name]


def problems(told: Told) -> list[tuple[str, str]]:
    """What the trust line makes of it."""
    return trust.problems(cast(View, told))


def test_whole_and_fresh_data_has_no_problem() -> None:
    checks = [("a", "critical", "pass"), ("b", "warning", "fail")]
    assert problems(Told([("hr", "fresh", 1.0)], checks)) == []


@pytest.mark.parametrize(
    ("status", "age", "gravity", "said"),
    [
        ("late", 30.0, "warning", "**hr** is 30 h old, promised every 24 h"),
        ("overdue", 100.0, "warning", "**hr** is 4 days old, promised every 24 h"),
        ("held", 1.0, "warning", "**hr** has a newer load held back"),
        ("never_loaded", None, "error", "**hr** has never delivered"),
    ],
)
def test_each_sick_source_is_named(status: str, age: float | None, gravity: str, said: str) -> None:
    ((found, sentence),) = problems(Told([("hr", status, age), ("lms", "fresh", 0.5)], []))
    assert found == gravity
    assert sentence.startswith(said)


def test_failed_critical_checks_come_before_late_sources() -> None:
    told = problems(
        Told([("hr", "late", 30.0)], [("a", "blocking", "error"), ("b", "critical", "fail"), ("c", "warning", "fail")])
    )
    assert [gravity for gravity, _ in told] == ["error", "error", "warning"]
    assert told[0][1] == "Critical check could not run: a went wrong"
    assert told[1][1] == "Critical check failed: b went wrong"
