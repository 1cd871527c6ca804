"""Completions on their way back from the LMS to the HRIS: some never arrive, some late, some as something else.

Owns what the HRIS holds (``World.records``) and the answer key's list of where the two systems differ. The list
follows each record to the attempt it is a copy of, as the LMS holds it in the end; the rules are those of the README
(three days; what no instant joins is one training when both date it to one day of UTC).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

from gapwatch.simulate.clock import DAY, END, HOUR, iso
from gapwatch.simulate.world import Attempt, Person, TrainingRecord, World

_LIMIT: Final = 3 * DAY
_OTHER_RESULT: Final = {"passed": "failed", "completed": "passed", "waived": "completed"}


def write_back(world: World) -> None:
    """Copy completions to the HRIS as the integration does. Call when identities are as they will stay."""
    rng = random.Random(f"write-back {world.seed}")
    for person in world.people:
        days_of = days_taken(person)
        for attempt in person.attempts:
            if attempt.is_pass:
                record = _copy(rng, person, attempt, is_alone=days_of[attempt.course, attempt.at // DAY] == 1)
                if record is not None:
                    world.records.append(record)
        if rng.random() < 0.02 and (record := _invented(rng, world, person, days_of)) is not None:
            world.records.append(record)


def days_taken(person: Person) -> Counter[tuple[str, int]]:
    """How often the person tried a course on a day of UTC."""
    return Counter((attempt.course, attempt.at // DAY) for attempt in person.attempts)


def _copy(rng: random.Random, person: Person, attempt: Attempt, *, is_alone: bool) -> TrainingRecord | None:
    recorded = attempt.at + rng.randint(HOUR, _LIMIT)
    at, result = attempt.at, attempt.result
    draw = rng.random()
    if draw < 0.03:
        return None
    if draw < 0.045:
        recorded = attempt.at + _LIMIT + rng.randint(HOUR, 40 * DAY)
    elif draw < 0.055:
        result = _OTHER_RESULT[result]
    elif draw < 0.065 and is_alone:
        at -= at % DAY  # the date alone
    if recorded >= END:
        return None
    return TrainingRecord(_holder(person, attempt), attempt.course, at, result, recorded, attempt)


def _invented(
    rng: random.Random, world: World, person: Person, taken: Counter[tuple[str, int]]
) -> TrainingRecord | None:
    """A training that HR typed in itself."""
    if not person.workers or not person.workers[0].spans:
        return None
    worker = person.workers[0]
    span = worker.spans[0]
    low, high = max(span.start, world.began), min(span.end, END - 5 * DAY)
    if high <= low:
        return None
    at, course = rng.randrange(low, high), rng.choice(sorted(world.policy.courses))
    if (course, at // DAY) in taken:
        return None
    return TrainingRecord(worker.code, course, at, "completed", at + rng.randint(HOUR, DAY), None)


def _holder(person: Person, attempt: Attempt) -> str:
    """The worker id under which the person worked then, else the first."""
    employed = [worker.code for worker in person.workers if worker.employed_at(attempt.at)]
    return employed[0] if employed else person.workers[0].code


def writeback_faults(world: World) -> Iterator[dict[str, object]]:
    """Where LMS and HRIS differ at the end, and where a completion came back late; one row each."""
    copies = {id(record.attempt): record for record in world.records if record.attempt is not None}
    joined: set[int] = set()
    for person in world.people:
        for attempt in person.attempts:
            if not attempt.is_pass:
                continue
            record = copies.get(id(attempt))
            if record is not None and record.at // DAY != attempt.at // DAY:
                record = None  # the LMS dates it to another day by now: two trainings
            if record is not None:
                joined.add(id(record))
            status = _status(attempt, record)
            if status:
                yield _fault(status, attempt.course, attempt.at, completion=attempt.code)
    for record in world.records:
        if id(record) not in joined:
            yield _fault("missing_in_lms", record.course, record.at, worker=record.worker)


def _status(attempt: Attempt, record: TrainingRecord | None) -> str | None:
    if record is None:
        return "missing_in_hris" if attempt.at + _LIMIT < END else None
    if record.result != attempt.result:
        return "different_result"
    if record.at != attempt.at:
        return "different_time"
    return "late" if record.recorded > attempt.at + _LIMIT else None


def _fault(
    status: str, course: str, at: int, *, completion: str | None = None, worker: str | None = None
) -> dict[str, object]:
    return {
        "status": status,
        "completion_id": completion,
        "worker_id": worker,
        "course_id": course,
        "completed_at": iso(at),
    }
