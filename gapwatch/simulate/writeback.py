"""Completions on their way back from the LMS to the HRIS, some of which never arrive.

Owns the feed ``hris_training_records`` and the answer key's list of what is missing in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gapwatch.simulate.clock import DAY, END, HOUR
from gapwatch.simulate.world import Attempt, Person, World


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One completion as the HRIS holds it."""

    worker: str
    course: str
    at: int
    result: str
    recorded: int


def training_records(world: World) -> Iterator[TrainingRecord]:
    """What the HRIS holds; what it should hold and does not is noted as ``writeback_missing``."""
    rng = world.rng
    for person in world.people:
        for attempt in person.attempts:
            if not attempt.is_pass:
                continue
            recorded = attempt.at + rng.randint(HOUR, 3 * DAY)
            worker = _holder(person, attempt)
            if rng.random() < 0.03:
                world.note(
                    "writeback_missing",
                    worker_id=worker,
                    course_id=attempt.course,
                    completed_at=str(attempt.at),
                )
            elif recorded < END:
                yield TrainingRecord(worker, attempt.course, attempt.at, attempt.result, recorded)


def _holder(person: Person, attempt: Attempt) -> str:
    """The worker id under which the person worked then, else the first."""
    employed = [worker.code for worker in person.workers if worker.employed_at(attempt.at)]
    return employed[0] if employed else person.workers[0].code
