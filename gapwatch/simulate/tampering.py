"""What somebody does to training records between the last two deliveries of the LMS, without a trace in them.

Owns the changes, each noted for the answer key as it is made, and ``World.before``: the changed records as the delivery
before had them. What is true of the company afterwards is what the LMS holds then. Draws from a generator of its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from gapwatch.simulate.clock import BEFORE, DAY, HOUR, NEVER, days, local_day
from gapwatch.simulate.company import LMS_ZONE, SITES
from gapwatch.simulate.learning import settle
from gapwatch.simulate.world import Assignment, Attempt, Person, World
from gapwatch.simulate.writeback import days_taken

_OWN_EXPIRY: Final = "BLS-100"
"""The LMS reckons this course's expires_at from the other columns: a change of one would be two."""

Change = Callable[[random.Random, Person, Attempt], bool]
"""Changes an attempt; False, having changed nothing, where it does not suit."""


def tamper(world: World) -> None:
    """Alter, back-date and take out records. Call when the LMS and the write-back have played."""
    rng = random.Random(f"tampering {world.seed}")
    number = max(2, len(world.people) // 400)
    everyone = [*world.people, *world.strays]
    attempts = [(p, a) for p in everyone for a in p.attempts if a.recorded <= BEFORE and a.course != _OWN_EXPIRY]
    assignments = [(p, r) for p in everyone for r in p.assignments if r.at <= BEFORE]
    rng.shuffle(attempts)
    rng.shuffle(assignments)
    _change_attempts(world, rng, iter(attempts), number)
    _change_assignments(world, rng, iter(assignments), number)
    for person in everyone:
        codes = [attempt.code for attempt in person.attempts] + [row.code for row in person.assignments]
        if any(code in world.before for code in codes):
            settle(person)


def _change_attempts(world: World, rng: random.Random, pool: Iterator[tuple[Person, Attempt]], number: int) -> None:
    for change in (_improve, _fail, _regrade, _extend, _replace_evaluator, _relocate, _back_date, _post_date):
        made = 0
        for person, attempt in pool:
            before = replace(attempt)
            if change(rng, person, attempt):
                _note_changes(world, "lms_completions", before, attempt, _ATTEMPT_COLUMNS)
                made += 1
            if made == number:
                break
    for _, (person, attempt) in zip(range(2 * number), pool, strict=False):
        person.attempts = [one for one in person.attempts if one is not attempt]
        world.before[attempt.code] = attempt
        world.note("record_changes", feed="lms_completions", record_id=attempt.code, change="vanished", column_name="")
        settle(person)


def _change_assignments(
    world: World, rng: random.Random, pool: Iterator[tuple[Person, Assignment]], number: int
) -> None:
    for change in (_postpone, _rename_origin, _assign_earlier, _move_removal):
        made = 0
        for _, row in pool:
            before = replace(row)
            if change(rng, row):
                _note_changes(world, "lms_assignments", before, row, _ASSIGNMENT_COLUMNS)
                made += 1
            if made == number:
                break
    for _, (person, row) in zip(range(2 * number), pool, strict=False):
        person.assignments = [one for one in person.assignments if one is not row]
        world.before[row.code] = row
        world.note("record_changes", feed="lms_assignments", record_id=row.code, change="removed", column_name="")


_ATTEMPT_COLUMNS: Final = {
    "at": "completed_at",
    "result": "result",
    "score": "score",
    "covers_to": "expires_at",
    "site": "site",
    "evaluator": "evaluator",
}
_ASSIGNMENT_COLUMNS: Final = {"at": "assigned_at", "due": "due_at", "removed": "removed_at", "origin": "origin"}


def _note_changes(
    world: World, feed: str, before: Attempt | Assignment, after: Attempt | Assignment, columns: dict[str, str]
) -> None:
    world.before[before.code] = before
    for name, column in columns.items():
        if getattr(before, name) != getattr(after, name):
            is_earlier = column == "completed_at" and after.at < before.at
            change = "back_dated" if is_earlier else "altered"
            world.note("record_changes", feed=feed, record_id=before.code, change=change, column_name=column)


# -- completions


def _improve(rng: random.Random, _: Person, attempt: Attempt) -> bool:
    if attempt.result != "failed":
        return False
    attempt.result, attempt.score = "passed", str(rng.randint(80, 100))
    return True


def _fail(rng: random.Random, _: Person, attempt: Attempt) -> bool:
    if attempt.result != "passed":
        return False
    attempt.result, attempt.score = "failed", str(rng.randint(30, 79))
    return True


def _regrade(_: random.Random, __: Person, attempt: Attempt) -> bool:
    if attempt.result == "passed":
        attempt.result = "completed"
        return True
    return False


def _extend(rng: random.Random, _: Person, attempt: Attempt) -> bool:
    if not attempt.is_pass:
        return False
    attempt.covers_to = days(attempt.covers_to or local_day(attempt.at, LMS_ZONE), rng.randint(90, 500))
    return True


def _replace_evaluator(rng: random.Random, _: Person, attempt: Attempt) -> bool:
    attempt.evaluator = _another(rng, ("", "K. Aldergate", "S. Finmoor"), attempt.evaluator)
    return True


def _relocate(rng: random.Random, _: Person, attempt: Attempt) -> bool:
    attempt.site = _another(rng, sorted(SITES), attempt.site)
    return True


def _back_date(rng: random.Random, person: Person, attempt: Attempt) -> bool:
    return _move(person, attempt, attempt.at - rng.randint(10 * 60, 60 * DAY))


def _post_date(rng: random.Random, person: Person, attempt: Attempt) -> bool:
    return attempt.covers_to is None and _move(person, attempt, attempt.at + rng.randint(10 * 60, 60 * DAY))


def _move(person: Person, attempt: Attempt, to: int) -> bool:
    """Date it to another instant, where the person did not try the course on either day besides."""
    taken = days_taken(person)
    course, day = attempt.course, attempt.at // DAY
    if to > BEFORE or taken[course, day] > 1 or taken[course, to // DAY] > (day == to // DAY):
        return False
    attempt.at = to
    return True


# -- assignments


def _postpone(rng: random.Random, row: Assignment) -> bool:
    row.due += rng.randint(5, 60) * DAY
    return True


def _rename_origin(rng: random.Random, row: Assignment) -> bool:
    row.origin = _another(rng, ("manual", "rule", "self"), row.origin)
    return True


def _assign_earlier(rng: random.Random, row: Assignment) -> bool:
    row.at -= rng.randint(HOUR, 25 * DAY)
    return True


def _move_removal(rng: random.Random, row: Assignment) -> bool:
    if not row.at + DAY < row.removed <= BEFORE or row.done < NEVER:
        return False
    row.removed = rng.randint(row.at + HOUR, row.removed - HOUR)
    return True


def _another(rng: random.Random, choices: Sequence[str], than: str) -> str:
    return rng.choice([choice for choice in choices if choice != than])
