"""The product against the replay: the same random worlds through both, compared row for row.

Owns the comparison and the small command around it; from the project's folder::

    PYTHONPATH=tests python -m properties.compare --worlds 1000 --first-seed 1 --jobs 2

prints how many worlds came out equal and in which time, which tables differ how often, and, for the first few that
differ, the shrunk world with the rows in question. Exit code 1 when any differs. With ``--groups 24`` each world is a
crowd of so many groups of people under one policy: two or three times the work, twenty-four times the people. With
``--modes`` the sources deliver in every mode, in several loads.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import duckdb
from case_rows import comparable, row_differences
from properties.crowds import crowd, only_group
from properties.invariants import broken_invariants
from properties.product import product_tables
from properties.random_modes import random_mode_world
from properties.random_worlds import random_world
from properties.replay import Tables, replay
from properties.replay_roles import EMPLOYED
from properties.shrinking import shrink, world_text
from worlds import World

from gapwatch.errors import GapwatchError

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder that is never flushed to a disk, where there is one
_CHUNK = 5  # seeds a process takes at a time
_SAID_EVERY = 100


def differences(world: World) -> list[str]:
    """One line per row that only one of the two has: ``<table>: missing …`` or ``… too much``, product-wise.

    And one per invariant that the product's rows break.
    """
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        try:
            found = product_tables(world, Path(folder))
        except (GapwatchError, duckdb.Error) as failure:
            return [f"product: {failure}".replace("\n", " ")]
    broken = broken_invariants(found, as_of=dt.datetime.fromisoformat(world.as_of))
    return table_differences(replay(world), found) + [f"invariant: {line}" for line in broken]


def table_differences(wanted: Tables, found: Tables) -> list[str]:
    """The same for tables already at hand, without sites at which nothing counts and states of nobody employed."""
    lines = []
    for table, rows in wanted.items():
        expected = [{column: comparable(value) for column, value in row.items()} for row in rows]
        columns = list(found[table][0]) if found[table] else []
        got = [{column: comparable(value) for column, value in row.items()} for row in found[table]]
        if table in ("compliance", "inflation"):
            expected = [row for row in expected if row["site"] is None or any(_counted(row))]
            got = [row for row in got if row["site"] is None or any(_counted(row))]
        if table == "role_states":
            expected = [row for row in expected if row["status"] in EMPLOYED]
            got = [row for row in got if row["status"] in EMPLOYED]
        if columns:
            expected = [{column: row.get(column) for column in columns} for row in expected]
        lines += row_differences(table, expected, got)
    return lines


def _counted(row: dict[str, object] | dict[str, str | float | bool | None]) -> list[object]:
    return [value for column, value in row.items() if column != "site" and isinstance(value, float)]


def world_of(seed: int, *, groups: int = 1, modes: bool = False) -> World:
    """The random world of a seed, its crowd of several groups, or the one with sources of every mode."""
    if modes:
        return random_mode_world(seed)
    return random_world(seed) if groups == 1 else crowd(seed, groups=groups)


def differences_of_seeds(
    seeds: Sequence[int], *, groups: int = 1, modes: bool = False, jobs: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Each seed with the differences of its world, in order; ``jobs`` processes share the work."""
    judge = partial(_differences_of_seed, groups=groups, modes=modes)
    if jobs == 1:
        yield from zip(seeds, map(judge, seeds), strict=True)
        return
    # Spawned, not forked: an engine that is open in this process must not be open in two.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from zip(seeds, pool.map(judge, seeds, chunksize=_CHUNK), strict=True)


def _differences_of_seed(seed: int, *, groups: int, modes: bool) -> list[str]:
    return differences(world_of(seed, groups=groups, modes=modes))


def main() -> int:
    """Compare many worlds; see the module."""
    parser = argparse.ArgumentParser(description="Compare the product with the replay on random worlds.")
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--groups", type=int, default=1, help="how many groups of people a world has")
    parser.add_argument("--modes", action="store_true", help="worlds with sources of every mode, in many loads")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes share the work")
    parser.add_argument("--show", type=int, default=3, help="how many different worlds to shrink and print")
    parser.add_argument("--budget", type=int, default=150, help="how many worlds a shrinking may try")
    parser.add_argument("--table", help="look at differences in this table alone")
    options = parser.parse_args()
    say = sys.stdout.write
    equal, shown, tables = 0, 0, Counter[str]()
    started = time.monotonic()
    seeds = range(options.first_seed, options.first_seed + options.worlds)
    judged = differences_of_seeds(seeds, groups=options.groups, modes=options.modes, jobs=options.jobs)
    for done, (seed, found) in enumerate(judged, start=1):
        lines = [line for line in found if _is_of(line, options.table)]
        if done % _SAID_EVERY == 0 and done < len(seeds):
            sys.stderr.write(f"{done} worlds, {time.monotonic() - started:.0f} s\n")
        if not lines:
            equal += 1
            continue
        tables.update({line.split(":")[0] for line in lines})
        if shown < options.show:
            shown += 1
            world = world_of(seed, groups=options.groups, modes=options.modes)
            say(_report(seed, lines, world, groups=options.groups, budget=options.budget))
        else:
            say(f"seed {seed}: {', '.join(sorted({line.split(':')[0] for line in lines}))}\n")
        sys.stdout.flush()
    seconds = time.monotonic() - started
    say(f"{equal} of {len(seeds)} worlds equal, {seconds:.0f} s ({seconds / len(seeds):.2f} s a world)\n")
    for table, count in tables.most_common():
        say(f"  {table}: different in {count}\n")
    return 0 if equal == len(seeds) else 1


def _is_of(line: str, table: str | None) -> bool:
    return table is None or line.startswith((f"{table}:", "product:"))


def _report(seed: int, lines: list[str], whole: World, *, groups: int, budget: int) -> str:
    """The shrunk world of a seed, and what differs in it: in the table that differed first."""
    table = lines[0].split(":")[0]

    def fails(world: World) -> bool:
        return any(line.startswith(f"{table}:") for line in differences(world))

    alone = (only_group(whole, group) for group in range(groups if groups > 1 else 0))
    small = shrink(next(filter(fails, alone), whole), fails, budget=budget)
    return "\n".join([f"--- seed {seed}, first in {table}", world_text(small), *differences(small), "", ""])


if __name__ == "__main__":
    sys.exit(main())
