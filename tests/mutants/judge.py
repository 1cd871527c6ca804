"""Judges mutants: killed when a given/expect case, or the published rows of some world, tell them from the product.

A mutant of a model replaces that model alone; what reads it is built again only as far as rows changed. Owns the
judgement; knows no operator. One judge is one engine, used by one process.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
from case_rows import comparable
from mutants.operators import Mutant
from properties.product import PUBLISHED
from sql.given_expect import Bench, Case

from gapwatch.modelling import Model
from gapwatch.modelling.graph import build_order

STILLBORN: Final = "stillborn"
_WORLDS_WITHOUT_TRACE: Final = 5
_PATIENCE: Final = 20.0  # seconds for one statement; a mutant that needs more would be noticed


class Judge:
    """Tries mutants on prepared worlds: name to DuckDB file with inputs and models of the unchanged product."""

    def __init__(
        self,
        worlds: Mapping[str, Path],
        *,
        models: Mapping[str, Model],
        texts: Mapping[str, str],
        cases: Sequence[Case],
    ) -> None:
        """``texts`` is the unchanged SQL of every model, ``cases`` the given/expect ones."""
        self._connection = duckdb.connect(":memory:", config={"threads": 1})
        self._connection.execute("set timezone = 'UTC'")
        self._models, self._texts, self._worlds = models, texts, worlds
        self._order = [model for model in build_order(models) if model.folder != "health"]
        self._hashes: dict[tuple[str, str], str] = {}
        self._rows: dict[tuple[str, str], list[str]] = {}
        self._attached: dict[str, str] = {}
        self._cases = cases
        self._bench: Bench | None = None
        self.kills: Counter[str] = Counter()  # by world or case: which of them are worth their time
        self._has_changed = False  # in the world tried last: has the mutated model other rows
        self._kills_of_model: Counter[tuple[str, str]] = Counter()

    def verdict(self, mutant: Mutant) -> str | None:
        """What killed the mutant (a case, a world and its table, an error), ``stillborn``, or None: it survived."""
        reason = self._case_verdict(mutant)
        if reason is None:
            order = sorted(self._worlds, key=lambda name: -self._kills_of_model[mutant.model, name])
            traceless = 0
            for name in order:
                reason = self.verdict_in(mutant, name)
                traceless += self._has_changed
                if reason is None and traceless >= _WORLDS_WITHOUT_TRACE:
                    break  # other numbers for keys, say: its rows differ in world after world, the published ones never
                if reason is not None:
                    if reason != STILLBORN:
                        self.kills[name] += 1
                        self._kills_of_model[mutant.model, name] += 1
                    break
        return reason

    def _case_verdict(self, mutant: Mutant) -> str | None:
        if self._bench is None:
            self._bench = Bench(self._worlds[next(iter(self._worlds))])
        for case in self._cases:
            if case.model == mutant.model:
                try:
                    lines = self._bench.differences(case, mutant.sql, reads=self._models[case.model].reads)
                except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
                    return STILLBORN
                except duckdb.Error as failure:
                    return f"case: {case.name}: {type(failure).__name__}"
                if lines:
                    return f"case: {case.name}"
        return None

    def verdict_in(self, mutant: Mutant, world: str) -> str | None:
        """The same for one world alone."""
        try:
            return self._verdict_in(mutant, world)
        except duckdb.InterruptException:  # too slow, or this process was held up: only the second time counts
            pass
        try:
            return self._verdict_in(mutant, world)
        except duckdb.InterruptException as failure:
            return f"{world}: {type(failure).__name__}"

    def _verdict_in(self, mutant: Mutant, world: str) -> str | None:
        base = self._attach(world)
        run = self._connection.execute
        run("drop schema if exists memory.mutant cascade")
        run("create schema memory.mutant")
        run(f"set search_path = 'memory.mutant,{base}.main'")
        changed: set[str] = set()
        self._has_changed = False
        try:
            for model in self._order:
                if model.name == mutant.model or model.reads & changed:
                    text = mutant.sql if model.name == mutant.model else self._texts[model.name]
                    with self._patience():
                        run(f'create table memory.mutant."{model.name}" as {text}')
                    if self._hash("memory.mutant", model.name) == self._hash_of_base(world, base, model.name):
                        run(f'drop table memory.mutant."{model.name}"')
                        continue
                    changed.add(model.name)
                    self._has_changed = True
                    if model.name in PUBLISHED and self._published(model.name) != self._rows_of_base(world, model.name):
                        return f"{world}: {model.name}"
        except duckdb.InterruptException:
            raise
        except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as failure:
            return STILLBORN if changed == set() else f"{world}: {type(failure).__name__}"
        except duckdb.Error as failure:
            return f"{world}: {type(failure).__name__}"
        return None

    def close(self) -> None:
        """Give the engines back."""
        self._connection.close()
        if self._bench is not None:
            self._bench.close()

    def _attach(self, world: str) -> str:
        if world not in self._attached:
            name = f"world_{len(self._attached)}"
            self._connection.execute(f"attach '{self._worlds[world]}' as {name} (read_only)")
            self._attached[world] = name
        return self._attached[world]

    def _hash(self, schema: str, table: str) -> str:
        found = self._connection.execute(
            f'select count(*), sum(hash(t)::hugeint) from {schema}."{table}" as t'
        ).fetchone()
        return repr(found)

    def _hash_of_base(self, world: str, base: str, table: str) -> str:
        if (world, table) not in self._hashes:
            self._hashes[world, table] = self._hash(f"{base}.main", table)
        return self._hashes[world, table]

    def _rows_of_base(self, world: str, table: str) -> list[str]:
        if (world, table) not in self._rows:
            self._connection.execute(f"set search_path = '{self._attached[world]}.main'")
            self._rows[world, table] = self._published(table)
            self._connection.execute(f"set search_path = 'memory.mutant,{self._attached[world]}.main'")
        return self._rows[world, table]

    def _published(self, table: str) -> list[str]:
        rows = self._connection.execute(PUBLISHED[table]).fetchall()
        return sorted(repr([comparable(value) for value in row]) for row in rows)

    @contextmanager
    def _patience(self) -> Iterator[None]:
        timer = threading.Timer(_PATIENCE, self._connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
