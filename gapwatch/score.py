"""How much of a known truth a generation found, and what it found besides.

Owns the comparison of published findings with an answer key. Decides no rule: a finding is right when its key
is in the answers as often as in the table. Called by ``gapwatch score``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

EXAMPLES: Final = 10

_KEYS: Final = {
    "gaps": ("worker_id", "requirement_id", "opened_at", "closed_at"),
    "unsynced_events": ("worker_id", "event_type", "effective_at"),
    "stale_accounts": ("kind", "account_id", "ended_at", "is_open"),
}

# What the integration's log, the write-back and two deliveries show: scored where the answer key speaks of it.
_FACTS: Final = {
    "orphans": (("account_id",), "select account_id from stale_accounts where kind = 'orphan'"),
    "swallowed_events": (
        ("worker_id", "event_type", "effective_at", "failure", "failed_at", "run_id"),
        "select worker_id, event_type, effective_at, failure, failed_at, run_id from swallowed_events",
    ),
    "writeback": (
        ("status", "completion_id", "worker_id", "course_id", "completed_at"),
        """select status, completion_id, case when status = 'missing_in_lms' then worker_id end, course_id, completed_at
        from writeback where status not in ('same', 'pending')""",
    ),
    "record_changes": (
        ("feed", "record_id", "change", "column_name"),
        "select feed, record_id, change, column_name from record_changes",
    ),
    "silent_days": (("site", "day"), "select site, cast(day as varchar) from sync_run_days where is_silent"),
    "missing_job_codes": (
        ("worker_id", "job_code"),
        "select worker_ref, job_code from sync_failures where error_class = 'missing_job_code'",
    ),
}

Key = tuple[str | bool | None, ...]


@dataclass(frozen=True)
class Score:
    """One kind of finding. Counts are of rows; ``missed`` and ``false`` hold up to 10 keys each, as text."""

    kind: str
    expected: int
    found: int
    right: int
    missed: tuple[str, ...]
    false: tuple[str, ...]

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1.0 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the truth that was found; 1.0 when there was nothing to find."""
        return self.right / self.expected if self.expected else 1.0


def score(reader: Reader, answers: Mapping[str, Any]) -> list[Score]:
    """One score per kind of finding, comparing the generation ``reader`` sees with ``answers``.

    Gaps are told apart by worker, requirement, opening and closing; unsynced events by worker, type and
    instant; stale accounts by kind, account, end and whether they are open (orphans by the account alone). Orphans,
    swallowed events, write-back faults, changed records, silent days of the integration and job codes that it did not
    know are compared where the answers list them, except for the kinds that ``unscored`` names.
    Raises ConfigurationError when the generation speaks about another instant or a list is missing.
    """
    as_of = _instant(answers.get("as_of"))
    if as_of != reader.run.as_of:
        raise ConfigurationError(
            f"the generation is as of {reader.run.as_of.isoformat()}, the answers {answers.get('as_of')}",
            do=f"build one with: gapwatch build --as-of {answers.get('as_of')}",
        )
    scores = []
    for kind, columns in _KEYS.items():
        if not isinstance(answers.get(kind), list):
            raise ConfigurationError(f"the answer key has no list {kind!r}", do="write one with: gapwatch simulate")
        _, rows = reader.rows(f"select {', '.join(columns)} from {kind}")
        found = Counter(_key(kind, row) for row in rows)
        expected = Counter(_key(kind, [row[column] for column in columns]) for row in answers[kind])
        scores.append(_compared(kind, columns, found, expected))
    for kind, (columns, statement) in _FACTS.items():
        if isinstance(answers.get(kind), list) and kind not in unscored(reader, answers):
            found = Counter(_key(kind, row) for row in reader.rows(statement)[1])
            expected = Counter(_key(kind, [row[column] for column in columns]) for row in answers[kind])
            scores.append(_compared(kind, columns, found, expected))
    return scores


def unscored(reader: Reader, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds in ``answers`` that the generation cannot know: changes between deliveries, when it saw but one."""
    if not answers.get("record_changes"):
        return ()
    _, rows = reader.rows(
        "select count(distinct loaded_at) from loads where source = 'lms_completions' and status <> 'held'"
    )
    return () if int(rows[0][0]) > 1 else ("record_changes",)


def _compared(kind: str, columns: tuple[str, ...], found: Counter[Key], expected: Counter[Key]) -> Score:
    return Score(
        kind=kind,
        expected=expected.total(),
        found=found.total(),
        right=(expected & found).total(),
        missed=_examples(columns, expected - found),
        false=_examples(columns, found - expected),
    )


def _key(kind: str, values: Iterable[object]) -> Key:
    key = tuple(_plain(value) for value in values)
    if kind == "stale_accounts" and key[0] == "orphan":
        return key[:2]
    return key


def _plain(value: object) -> str | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dt.datetime):
        return _utc(value).isoformat()
    text = str(value)
    moment = _instant(text) if text.endswith("Z") else None
    return text if moment is None else moment.isoformat()


def _instant(value: object) -> dt.datetime | None:
    try:
        return _utc(dt.datetime.fromisoformat(str(value)))
    except ValueError:
        return None


def _utc(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _examples(columns: tuple[str, ...], rows: Counter[Key]) -> tuple[str, ...]:
    first = sorted(rows, key=lambda key: tuple("" if value is None else str(value) for value in key))[:EXAMPLES]
    return tuple(" ".join(f"{c}={v}" for c, v in zip(columns, key, strict=False)) for key in first)
