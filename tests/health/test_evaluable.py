"""What pages say of shares that are not evaluable: nothing where all can be judged, and never a guess."""

from __future__ import annotations

import pytest

from gapwatch.dashboard.evaluable import answers_said, requirements_said, whole_said


@pytest.mark.parametrize("population", [{}, {"measured": 9, "not_evaluable": 0, "compliance_pct": 50.0}])
def test_nothing_is_said_where_every_requirement_can_be_judged(population: dict[str, object]) -> None:
    assert requirements_said(population, because=": x") == ""


def test_the_share_the_reason_and_what_is_left() -> None:
    some = {"measured": 200, "not_evaluable": 50, "compliance_pct": 61.5}
    assert requirements_said(some, because=": lms is 48 h old") == (
        "**50 of 200 requirements (25%) are not evaluable**: lms is 48 h old. Compliance is at least 62%."
    )
    everything = {"measured": 1, "not_evaluable": 1, "compliance_pct": None}
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


def test_health_names_each_figure_that_cannot_be_judged_and_why() -> None:
    nothing = dict.fromkeys(("requirements_because", "answers_because", "lms_because", "accounts_because"))
    nothing |= {"requirements_not_evaluable": 0, "answers_not_evaluable": 0}
    assert whole_said({}) == whole_said(nothing) == []
    row = {
        "requirements_not_evaluable": 50,
        "requirements": 200,
        "requirements_not_evaluable_pct": 25.0,
        "requirements_because": None,
        "answers_not_evaluable": 0,
        "answers_because": "lms_accounts is 48 h old",
        "lms_not_evaluable": 1200,
        "lms_because": "lms_accounts is 48 h old",
        "accounts_because": "hr has never delivered",
    }
    assert whole_said(row) == [
        "**50 of 200 requirements (25%)** that would count as met or open: "
        "the completions feed does not reach back that far",
        r"**Answers to HR events** since then: lms\_accounts is 48 h old",
        r"**What the LMS itself shows**, of 1,200 assignments: lms\_accounts is 48 h old",
        "**Who can log in now**: hr has never delivered",
    ]
    late = row | {"answers_not_evaluable": 1, "answers_due": 1000, "answers_not_evaluable_pct": 0.1}
    assert whole_said(late)[1] == r"**1 of 1,000 answers to HR events (0.1%)**: lms\_accounts is 48 h old"
