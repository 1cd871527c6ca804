"""Candidates for accounts whose person is not known: scored, explained, never applied.

Owns the table ``account_candidates`` of a generation and, beside it, ``identity_matching``. Splink links the records
on a connection of its own, in memory. What it compares is in ``gapwatch.identity.evidence``, the records and their
normal forms in ``queries/identity``. Without the extra ``identity`` there are no candidates, and the table says so.
Called by the pipeline after the models are built.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import duckdb

from gapwatch.identity.evidence import COMPARISONS, Comparison, Outcome
from gapwatch.shipped import query_folder

if TYPE_CHECKING:
    import pyarrow as pa

OFFER_FROM: Final = 0.70
"""The score from which a candidate is offered as a probable match; below, it is shown as possible."""

_SOMEBODYS: Final = 0.7  # how probable it is, before looking, that an account without a person is a worker's
_REST: Final = "ELSE"
_LEAST_CHANCE: Final = 0.005  # what a sample of pairs cannot tell from never
_COMPARED: Final = ("start_day", "end_day", "sites", "department", "has_account")
_SAMPLE: Final = "select * from {side}s order by md5(unique_id), unique_id limit {rows}"
_PAIRS: Final = "select {} from l cross join r".format(
    ", ".join(f"{side}.{column} as {column}_{side}" for side in "lr" for column in _COMPARED)
)
_MEETING: Final = (  # how many accounts have a key of a worker: most days none, and Splink's start is not paid for
    "select count(*) from (select unnest(block_keys) as block_key from accounts)"
    " where block_key in (select unnest(block_keys) from workers)"
)
_TABLE: Final = (
    "create or replace table account_candidates (account_id varchar, candidate_rank bigint, worker_id varchar,"
    " person_id varchar, score double, is_offered boolean, agrees varchar, differs varchar, explanation varchar)"
)


def matcher() -> str | None:
    """The record-linkage library and its version, None where it is not installed."""
    if importlib.util.find_spec("splink") is None:
        return None
    return f"splink {importlib.metadata.version('splink')}"


def create_candidates(connection: duckdb.DuckDBPyConnection) -> int:
    """Create ``account_candidates`` (one row per account and person, at most three an account) and
    ``identity_matching`` (one row) in the generation on that connection, whose models are built; returns how many
    candidates are offered.
    """
    connection.execute(_TABLE)
    accounts: pa.Table = connection.sql(_query("account_records")).to_arrow_table()
    number = int(accounts.num_rows)
    linking = number > 0 and matcher() is not None
    if linking:
        workers: pa.Table = connection.sql(_query("worker_records")).to_arrow_table()
        connection.register("found_candidates", find_candidates(accounts, workers))
        connection.execute(
            "insert into account_candidates"
            " select found.account_id, found.candidate_rank, found.worker_id, worker_keys.person_id, found.score,"
            " found.is_offered, found.agrees, found.differs, found.explanation"
            " from found_candidates as found"
            " inner join worker_keys on found.worker_id = worker_keys.worker_id"
            " order by found.account_id, found.candidate_rank"
        )
        connection.unregister("found_candidates")
    connection.execute(
        "create or replace table identity_matching as"
        " select $matcher::varchar as matcher, $compared::bigint as accounts_compared,"
        " $offer_from::double as offer_from",
        {"matcher": matcher(), "compared": number if linking else 0, "offer_from": OFFER_FROM},
    )
    return int(_number(connection, "select count(*) from account_candidates where is_offered"))


def find_candidates(accounts: pa.Table, workers: pa.Table) -> pa.Table:
    """The candidates of those accounts among those workers, both as ``queries/identity`` gives them.

    Columns: account_id, candidate_rank, worker_id, score (0 to 1), is_offered, agrees, differs, explanation.
    The same records give the same rows, in whatever order they come.
    """
    with duckdb.connect(":memory:") as work:
        for side, records in (("account", accounts), ("worker", workers)):
            work.register("records", records)
            features = _query("features").replace("$side", f"'{side}'")
            work.execute(f"create table {side}s as {features}")
            work.unregister("records")
        if not _number(work, _MEETING):
            return _arrow([])
        compared = tuple(_measured(work, each) if each.is_measured else each for each in COMPARISONS)
        found = _link(work, compared)
        if not found:
            return _arrow([])
        scored = work.execute(_query("scores").replace("from pairs", f"from {found} as pairs", 1))
        columns = [column[0] for column in scored.description or []]
        return _arrow([_candidate(dict(zip(columns, row, strict=True)), compared) for row in scored.fetchall()])


def _link(work: duckdb.DuckDBPyConnection, compared: tuple[Comparison, ...]) -> str | None:
    """Score the pairs that share a key; the name of the table of pairs, None where there are none."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    people = _number(work, "select count(distinct person) from workers")
    if not people:
        return None
    # the odds that an account is this person's against that it is nobody's
    odds = _SOMEBODYS / (1 - _SOMEBODYS) / people
    database = DuckDBAPI(connection=work)
    linker = Linker(
        [
            database.register("accounts", dataset_display_name="a_accounts"),
            database.register("workers", dataset_display_name="b_workers"),
        ],
        SettingsCreator(
            link_type="link_only",
            comparisons=[_splink_comparison(comparison) for comparison in compared],
            blocking_rules_to_generate_predictions=[block_on("block_keys", arrays_to_explode=["block_keys"])],
            probability_two_random_records_match=odds / (1 + odds),
            additional_columns_to_retain=["ref", "person"],
            retain_matching_columns=True,
        ),
        log_level=None,
        validate_settings=False,  # they are ours, and looking them through takes a third of a small match
    )
    work.execute(f"create table frequencies as {_query('frequencies')}")
    for column in sorted({one.frequency for each in compared for one in each.outcomes if one.frequency}):
        work.execute(
            f"create table frequency_of_{column} as select name_value as {column}, share as tf_{column}"
            " from frequencies where name_column = ?",
            [column],
        )
        linker.table_management.register_term_frequency_lookup(database.register(f"frequency_of_{column}"), column)
    predicted = linker.inference.predict(threshold_match_weight=-10, warning_mode="never")
    return str(predicted.physical_name)


def _measured(work: duckdb.DuckDBPyConnection, comparison: Comparison) -> Comparison:
    """That comparison with the chance of each outcome as it is among pairs of these records, nearly all of which are
    of two people. The sample is the same for the same records.
    """
    cases = " ".join(
        f"when {outcome.condition} then {number}"
        for number, outcome in enumerate(comparison.outcomes)
        if outcome.condition != _REST
    )
    rest = len(comparison.outcomes) - 1
    rows = work.execute(
        f"with l as ({_SAMPLE.format(side='account', rows=300)}), r as ({_SAMPLE.format(side='worker', rows=3000)}),"
        f" pairs as ({_PAIRS})"
        f" select case {cases} else {rest} end as outcome, count(*) from pairs where not ({comparison.unknown})"
        " group by outcome"
    ).fetchall()
    counts = {int(number): int(count) for number, count in rows}
    total = sum(counts.values())
    if not total:
        return comparison
    shares = [max(counts.get(number, 0) / total, _LEAST_CHANCE) for number in range(rest + 1)]
    return replace(
        comparison,
        outcomes=tuple(
            replace(outcome, chance=share) for outcome, share in zip(comparison.outcomes, shares, strict=True)
        ),
    )


def _splink_comparison(comparison: Comparison) -> dict[str, Any]:
    unknown = {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [unknown, *(_splink_level(outcome) for outcome in comparison.outcomes)],
    }


def _splink_level(outcome: Outcome) -> dict[str, Any]:
    level: dict[str, Any] = {
        "sql_condition": outcome.condition,
        "label_for_charts": outcome.says or "no word",
        "m_probability": outcome.likely,
        "u_probability": outcome.chance,
    }
    if outcome.frequency:
        level |= {
            "tf_adjustment_column": outcome.frequency,
            "tf_minimum_u_value": 1e-8,
            "disable_tf_exact_match_detection": True,
        }
    return level


def _candidate(row: Mapping[str, Any], compared: tuple[Comparison, ...]) -> dict[str, Any]:
    agrees: list[str] = []
    differs: list[str] = []
    neutral: list[str] = []
    for comparison in compared:
        level = int(row[f"gamma_{comparison.name}"])
        outcome = comparison.outcomes[len(comparison.outcomes) - 1 - level] if level >= 0 else None
        if outcome and outcome.says:
            (neutral if outcome.agrees is None else agrees if outcome.agrees else differs).append(outcome.says)
    said = [
        f"agrees: {'; '.join(agrees)}" if agrees else "nothing agrees",
        f"between: {'; '.join(neutral)}" if neutral else "",
        f"differs: {'; '.join(differs)}" if differs else "",
    ]
    score = float(row["score"])
    return {
        "account_id": row["account_id"],
        "candidate_rank": row["candidate_rank"],
        "worker_id": row["worker_id"],
        "score": score,
        "is_offered": math.floor(score * 1e6) / 1e6 >= OFFER_FROM,
        "agrees": "; ".join(agrees) or None,
        "differs": "; ".join(differs) or None,
        "explanation": ". ".join(part[0].upper() + part[1:] for part in said if part) + ".",
    }


def _arrow(rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow

    schema = pyarrow.schema(
        [
            ("account_id", pyarrow.string()),
            ("candidate_rank", pyarrow.int64()),
            ("worker_id", pyarrow.string()),
            ("score", pyarrow.float64()),
            ("is_offered", pyarrow.bool_()),
            ("agrees", pyarrow.string()),
            ("differs", pyarrow.string()),
            ("explanation", pyarrow.string()),
        ]
    )
    return pyarrow.Table.from_pylist(rows, schema=schema)


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> float:
    # fetched to its end: DuckDB gives a connection free only then
    return float(connection.execute(sql).fetchall()[0][0])


def _query(name: str) -> str:
    return (query_folder() / "identity" / f"{name}.sql").read_text(encoding="utf-8")
