"""The one place that talks to Great Expectations: frames and expectations in, verdicts out.

Owns the ephemeral context and the reading of its results. Finds no rows itself and reads no warehouse.
The import takes seconds, so it happens inside ``judge``. Nothing leaves the machine: usage statistics and
progress bars are off. Called by ``run_checks``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gapwatch.checks.catalogue import Expectation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Question:
    """Does ``expectation`` hold on ``frame``? ``name`` is unique among the questions of one ``judge``."""

    name: str
    frame: pd.DataFrame
    expectation: Expectation


@dataclass(frozen=True)
class Verdict:
    """What came of a question. ``rows`` are the positions in its frame that break a row-wise expectation.

    ``error`` says why the expectation could not be evaluated at all; it neither holds nor fails then.
    """

    holds: bool
    rows: tuple[int, ...] = ()
    error: str | None = None


def judge(questions: Sequence[Question]) -> dict[str, Verdict]:
    """The verdict on each question, by its name. An expectation that errs gives a verdict with ``error``."""
    with _quiet():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(enable=False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        # one asset for all frames: each further one has the library write its whole configuration anew
        asset = context.data_sources.add_pandas("generation").add_dataframe_asset("rows")
        whole = asset.add_batch_definition_whole_dataframe("whole")
        return {question.name: _answer(whole, question) for question in questions}


def _answer(whole: Any, question: Question) -> Verdict:
    import great_expectations as gx

    frame = question.frame.reset_index(drop=True)
    try:
        stated = getattr(gx.expectations, question.expectation.name)(
            **question.expectation.arguments, meta={"question": question.name}
        )
        result = whole.get_batch(batch_parameters={"dataframe": frame}).validate(
            stated, result_format={"result_format": "COMPLETE", "include_unexpected_rows": False}
        )
    except Exception as error:
        # whatever fails in the evaluation itself is an error of the check, not of the data
        return Verdict(holds=False, error=f"{type(error).__name__}: {error}"[:2_000])
    if (raised := _raised(result.exception_info)) is not None:
        return Verdict(holds=False, error=raised[:2_000])
    return Verdict(holds=bool(result.success), rows=tuple(result.result.get("unexpected_index_list") or ()))


def _raised(information: Any) -> str | None:
    """The message of an exception caught during the evaluation, or None.

    It comes in two shapes: one record, or one record per metric that failed.
    """
    records = [information] if "raised_exception" in information else list(information.values())
    for record in records:
        if isinstance(record, dict) and record.get("raised_exception"):
            return str(record.get("exception_message") or "the expectation raised an exception")
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's own log lines off stderr; what matters is in the verdicts."""
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
