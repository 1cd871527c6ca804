"""What pages say of shares that are not evaluable: nothing where all can be judged, and never a guess."""

from __future__ import annotations

import pytest

from gapwatch.dashboard.evaluable import answers_said, requirements_said


@pytest.mark.parametrize("population", [{}, {"checked": 9, "not_evaluable": 0, "compliance_pct": 50.0}])
def test_nothing_is_said_where_every_requirement_can_be_judged(population: dict[str, object]) -> None:
    assert requirements_said(population, because=": x") == ""


def test_the_share_the_reason_and_what_is_left() -> None:
    some = {"checked": 200, "not_evaluable": 50, "compliance_pct": 61.5}
    assert requirements_said(some, because=": lms is 48 h old") == (
        "**50 of 200 requirements (25%) are not evaluable**: lms is 48 h old. Compliance is at least 62%."
    )
    everything = {"checked": 1, "not_evaluable": 1, "compliance_pct": None}
    assert requirements_said(everything, because="") == (
        "**1 of 1 requirement (100%) is not evaluable**. No compliance can be stated."
    )


def test_answers_before_the_feed_begins_are_told_from_those_it_stopped_before() -> None:
    assert answers_said({"answers_not_evaluable": 0, "answers_due": 4, "answers_because": None}) == ""
    assert answers_said({"answers_not_evaluable": 1, "answers_due": 4, "answers_because": None}) == (
        "**1 of 4 answers (25%) is not evaluable**: the LMS feeds do not reach back that far."
    )
    assert answers_said({"answers_not_evaluable": 2, "answers_due": 4, "answers_because": "lms is 48 h old"}) == (
        "**2 of 4 answers (50%) are not evaluable**: lms is 48 h old."
    )
    assert answers_said({"answers_not_evaluable": 0, "answers_due": 4, "answers_because": "lms is 48 h old"}) == (
        "The answers are those known so far: lms is 48 h old."
    )
