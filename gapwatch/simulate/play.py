"""Plays a company from its seed and writes it down.

Owns the order of play: HR first, then what compliance officers decide, then the integrations and the LMS,
then what goes wrong with identities, the way of completions back to HR, and last what somebody changes in the LMS
between its last two deliveries. Every draw comes from a generator seeded for it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from gapwatch.errors import ConfigurationError
from gapwatch.simulate.clock import END_ON, start_of
from gapwatch.simulate.integration import open_channels
from gapwatch.simulate.lms import Lms
from gapwatch.simulate.oddities import decide_exceptions, linger, spoil_identities
from gapwatch.simulate.rulebook import quiet_days, starter_policy
from gapwatch.simulate.staffing import Staffing
from gapwatch.simulate.tampering import tamper
from gapwatch.simulate.world import World
from gapwatch.simulate.writeback import write_back
from gapwatch.simulate.writing import write_world

Progress = Callable[[str], None]


def play(*, workers: int, months: int, seed: int, progress: Progress | None = None) -> World:
    """A company of about ``workers`` worker ids over ``months`` months, up to the fixed end.

    The same arguments give the same world. Raises ConfigurationError for fewer than 20 workers or 3 months.
    """
    if workers < 20 or not 3 <= months <= 120:
        raise ConfigurationError(
            f"cannot simulate {workers} workers over {months} months",
            do="choose at least 20 workers and 3 to 120 months",
        )
    tell = progress or (lambda _: None)
    start = start_of(months)
    world = World(seed, start, random.Random(seed), starter_policy(start, END_ON))
    Staffing(world, workers, quiet_days(world.policy)).fill()
    world.people = [person for person in world.people if person.workers]
    tell(f"HR: {sum(len(p.workers) for p in world.people)} worker ids")
    decide_exceptions(world, workers)
    lms = Lms(world, open_channels(world))
    for number, person in enumerate(world.people, start=1):
        lms.play(person)
        if number % 5000 == 0:
            tell(f"LMS: {number} of {len(world.people)} people")
    spoil_identities(world, workers)
    linger(world)
    write_back(world)
    tamper(world)
    return world


def simulate(out: Path, *, workers: int, months: int, seed: int, progress: Progress | None = None) -> None:
    """Write a simulated company under ``out``: feeds, policy, ``gapwatch.toml`` and ``answers.json``.

    ``workers`` is the number of worker ids to come close to, ``months`` the calendar months before the fixed
    end (clock.END). Existing files of these names are replaced. Raises ConfigurationError as ``play`` does.
    """
    world = play(workers=workers, months=months, seed=seed, progress=progress)
    write_world(world, out)
    if progress is not None:
        progress(f"written: {out}")
