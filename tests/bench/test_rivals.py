"""The same gap question in four engines: the same rows, to the second."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner

from gapwatch.bench import rivals
from gapwatch.bench.postgres import postgres_programs
from gapwatch.bench.rivals import Rival, compare, differing_rows
from gapwatch.bench.sweeps import KEYS, sweep_in_pandas, sweep_in_polars

pl = pytest.importorskip("polars", reason="polars is not installed (extra: bench)")

WORKERS = 2_000


def _day(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1) + dt.timedelta(days=number)  # noqa: DTZ001 - naive UTC, as the models have it


def _frame(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Intervals of one requirement: worker, first and last day."""
    return pd.DataFrame(
        [(worker, 3, 0, _day(first), _day(last)) for worker, first, last in rows],
        columns=[*KEYS, "valid_from", "valid_to"],
    )


def _in_polars(periods: pd.DataFrame, credentials: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(sweep_in_polars(pl.from_pandas(periods), pl.from_pandas(credentials)).rows())


def _in_pandas(periods: pd.DataFrame, credentials: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(sweep_in_pandas(periods, credentials).itertuples(index=False, name=None))


@pytest.mark.parametrize("sweep", [_in_pandas, _in_polars])
def test_a_sweep_finds_what_is_not_covered(sweep: Any) -> None:
    periods = _frame((1, 10, 50), (1, 60, 90), (2, 0, 30), (4, 0, 5))
    credentials = _frame(
        (1, 5, 20),  # held before it was required
        (1, 20, 25),  # adjoining: no gap between
        (1, 22, 30),  # overlapping
        (1, 40, 70),  # across two periods
        (3, 0, 99),  # of nobody who needs it
        (4, 0, 5),  # all of it
    )
    assert sweep(periods, credentials) == [
        (1, 3, 0, _day(30), _day(40)),
        (1, 3, 0, _day(70), _day(90)),
        (2, 3, 0, _day(0), _day(30)),
    ]


def test_a_differing_answer_is_noticed() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create table answer as select 1 as worker_key, 1 as requirement_key, 0 as site_key,"
            " timestamp '2024-01-01' as opened_at, timestamp '2024-01-02' as closed_at from range(2)"
        )
        same = connection.execute("select * from answer").df()
        assert differing_rows(connection, same) == 0
        assert differing_rows(connection, same.head(1)) == 1
        same.loc[0, "closed_at"] = pd.Timestamp("2024-01-02 00:00:01")
        assert differing_rows(connection, same) == 2


def test_pandas_and_polars_agree() -> None:
    ours, *others = compare(workers=WORKERS, engines=["pandas", "polars"], turns=1)
    assert ours.rows > WORKERS
    assert [(one.engine, one.rows, one.differing_rows) for one in others] == [
        ("pandas", ours.rows, 0),
        ("polars", ours.rows, 0),
    ]
    assert min(one.seconds for one in (ours, *others)) > 0


@pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL server is installed")
def test_postgres_agrees() -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra: bench)")
    ours, theirs = compare(workers=WORKERS, engines=["postgres"], turns=1)
    assert ours.rows > WORKERS
    assert (theirs.engine, theirs.rows, theirs.differing_rows) == ("postgres", ours.rows, 0)


@pytest.mark.parametrize(("differing", "code"), [(0, 0), (2, 1)])
def test_the_command_prints_a_line_an_engine_and_fails_when_rows_differ(
    monkeypatch: pytest.MonkeyPatch, differing: int, code: int
) -> None:
    answers = [Rival("duckdb", "2.0.0", 12_345, 2.0, 0), Rival("pandas", "3.0.0", 12_345, 5.0, differing)]
    monkeypatch.setattr(rivals, "compare", lambda **_: answers)
    said = CliRunner().invoke(rivals.main, [])
    assert said.exit_code == code
    assert [line.split() for line in said.output.splitlines()[1:]] == [
        ["duckdb", "2.0.0", "12,345", "0", "2.00", "1.0"],
        ["pandas", "3.0.0", "12,345", str(differing), "5.00", "2.5"],
    ]
