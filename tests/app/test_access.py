"""What each role may see: the same tables through a Reader with a viewer, compared with everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlglot
from sample_generation import settings_of
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from gapwatch.access import OPEN, tables_seen_by
from gapwatch.errors import NotPermitted
from gapwatch.reads import Reader, question_parameters
from gapwatch.shipped import query_folder
from gapwatch.viewers import LOCAL, Viewer
from gapwatch.warehouse.generations import generation_path

SITE = "BAY1"
MANAGER = Viewer(who="m@example.com", role="site_manager", sites=(SITE,))
AUDITOR = Viewer(who="a@example.com", role="auditor", period_from=dt.date(2026, 7, 1), period_to=dt.date(2026, 12, 31))
OWNER = Viewer(who="i@example.com", role="integration_owner")
_ASK = sorted(path.stem for path in (query_folder() / "ask").glob("*.sql"))
_RULES = sorted(path.stem for path in (query_folder() / "access").glob("*.sql"))
_OF_THE_WHOLE = {"page_evaluability", "page_survival"}  # without a site: the organisation's, not a site manager's
_OFFICERS_ALONE = {
    "check_subjects",  # whom and what the failed checks touch
    "check_failures",  # offending rows as JSON, of any site and day
    "load_check_rows",  # the same of a load that was held
}


@pytest.fixture(scope="module")
def generation(sample: Path) -> Path:
    return generation_path(settings_of(sample).warehouse.path)


@pytest.fixture(scope="module")
def everything(generation: Path) -> Iterator[Reader]:
    with Reader(generation) as reader:
        yield reader


@pytest.fixture(scope="module")
def managers(generation: Path) -> Iterator[Reader]:
    with Reader(generation, viewer=MANAGER) as reader:
        yield reader


def _tables(name: str) -> set[str]:
    tree = sqlglot.parse_one((query_folder() / "ask" / f"{name}.sql").read_text(encoding="utf-8"), dialect="duckdb")
    sources = [source for scope in traverse_scope(tree) for source in scope.sources.values()]
    return {source.name for source in sources if isinstance(source, exp.Table) and not source.db}


def test_somebody_decided_for_every_table_that_is_asked_for_who_sees_it(everything: Reader) -> None:
    there = {row[0] for row in everything.relation("select table_name from information_schema.tables").fetchall()}
    asked = {table for name in _ASK for table in _tables(name)} & there
    undecided = asked - OPEN - set(_RULES) - _OFFICERS_ALONE
    assert not undecided, "write queries/access/<table>.sql, or name it in OPEN of gapwatch/access.py"


def test_what_is_open_to_all_names_no_worker(everything: Reader) -> None:
    personal = {"worker_id", "person_id", "full_name", "email", "username", "account_id", "worker_ref", "worker_key"}
    columns = everything.relation("select table_name, column_name from information_schema.columns").fetchall()
    told = [row for row in columns if row[0] in OPEN and row[1] in personal]
    assert not told
    assert len([row for row in columns if row[1] in personal]) > 50


@pytest.mark.parametrize("question", [name for name in _ASK if "site" in question_parameters(name)])
def test_a_manager_of_one_site_reads_what_an_officer_reads_of_it(
    question: str, everything: Reader, managers: Reader
) -> None:
    more: dict[str, object] = {"row_limit": 5000} if "row_limit" in question_parameters(question) else {}
    if question == "page_survival":
        more["action"] = "assign"
    of_the_site = everything.ask(question, site=SITE, **more)
    whole = everything.ask(question, **more)
    assert not of_the_site.equals(whole), "the site must make a difference, or this shows nothing"
    asked = [managers.ask(question, site=SITE, **more)]
    if question not in _OF_THE_WHOLE:
        asked.append(managers.ask(question, **more))
    for mine in asked:
        pd.testing.assert_frame_equal(mine, of_the_site, check_exact=False)


def test_nothing_of_another_site_can_be_read(managers: Reader, everything: Reader) -> None:
    for table in ("gaps", "role_states", "hr_events", "compliance", "inflation", "sync_latency", "compliance_timeline"):
        column = {"gaps": "coalesce(site, role_site)", "hr_events": "coalesce(site, previous_site)"}.get(table, "site")
        sites = {row[0] for row in managers.relation(f"select distinct {column} from {table}").fetchall()}
        assert sites <= ({SITE, None} if table == "compliance_timeline" else {SITE})
        assert len({row[0] for row in everything.relation(f"select distinct {column} from {table}").fetchall()}) > 3
    strangers = everything.relation(
        f"select worker_id from role_states group by worker_id having not bool_or(site = '{SITE}')"
    ).fetchall()
    assert len(strangers) > 100
    hidden = {row[0] for row in strangers}
    for table in sorted(tables_seen_by("site_manager")):
        if "worker_id" in managers.rows(f"select * from {table} limit 0")[0]:
            seen = {row[0] for row in managers.relation(f"select distinct worker_id from {table}").fetchall()}
            assert not seen & hidden, table


def test_the_timeline_is_cut_where_a_worker_leaves_the_site(generation: Path, everything: Reader) -> None:
    left = everything.relation(
        "select role_states.previous_site, worker_id, effective_at from hr_events as role_states"
        " where event_type = 'transfer' and previous_site <> site"
        " qualify row_number() over (partition by worker_id order by effective_at) = 1 order by 1, 2"
    ).fetchall()
    assert len(left) > 20, "the sample has people who moved"
    site = left[0][0]
    viewer = Viewer(who="m", role="site_manager", sites=(site,))
    with Reader(generation, viewer=viewer) as reader:
        outside = reader.rows(
            "select count(*) from compliance_timeline where site is null and not exists (select 1 from own_stays"
            " where own_stays.worker_id = compliance_timeline.worker_id and starts_at <= valid_from"
            " and ends_at >= coalesce(valid_to, (select as_of from run_parameters)))"
        )[1]
        assert outside == [(0,)]
        last = dict(reader.rows("select worker_id, max(valid_to) from compliance_timeline group by worker_id")[1])
    moved = [(worker, at) for of, worker, at in left if of == site]
    assert any(last.get(worker) == at for worker, at in moved), "somebody's timeline ends with the move"


@pytest.mark.parametrize(
    "statement",
    [
        "select * from published.gaps",
        "select * from published.main.staged_workers",
        "select * from read_parquet('x.parquet')",
        "select * from duckdb_databases()",
        "from information_schema.tables",
        "attach 'x.duckdb' as other",
        "select 1; select * from published.gaps",
        "with gaps as (select * from published.gaps) select * from gaps",
        "select (select count(*) from published.gaps)",
        "use published",
    ],
)
def test_no_statement_reaches_around_the_role(statement: str, managers: Reader) -> None:
    with pytest.raises(NotPermitted):
        managers.rows(statement)


def test_an_auditor_sees_the_period_and_no_other_day(generation: Path, everything: Reader) -> None:
    with Reader(generation, viewer=AUDITOR) as reader:
        assert reader.rows("select count(*) from gaps where closed_at < '2026-07-01'")[1] == [(0,)]
        assert reader.rows("select min(effective_at) >= '2026-07-01' from hr_events")[1] == [(True,)]
        mine = reader.rows("select count(*) from gaps where opened_at >= '2026-07-02'")[1]
        assert mine == everything.rows("select count(*) from gaps where opened_at >= '2026-07-02'")[1]
        assert mine[0][0] > 50
    before = Viewer(who="a", role="auditor", period_from=dt.date(2025, 1, 1), period_to=dt.date(2025, 12, 31))
    with pytest.raises(NotPermitted, match="outside the period"):
        Reader(generation, viewer=before)


def test_an_integration_owner_sees_health_and_nobody(generation: Path, everything: Reader) -> None:
    with Reader(generation, viewer=OWNER) as reader:
        assert len(reader.ask("page_sources")) == len(everything.ask("page_sources"))
        assert len(reader.ask("page_integration_health")) > 1
        with pytest.raises(NotPermitted):
            reader.ask("page_gaps")
        assert not reader.answers("page_gaps")
        assert reader.answers("page_sources")
        names = {str(row[0]) for row in everything.rows("select full_name from staged_workers")[1] if row[0]}
        names |= {str(row[0]) for row in everything.rows("select worker_id from staged_workers")[1]}
        for table in sorted(tables_seen_by("integration_owner") - OPEN):
            cells = {str(cell) for row in reader.rows(f"select * from {table}")[1] for cell in row}
            assert not cells & names, table
        for step in ("own_workers", "own_accounts"):
            assert reader.rows(f"select * from {step}")[1] == []


def test_an_officer_reads_as_the_command_line_does(generation: Path, everything: Reader) -> None:
    with Reader(generation, viewer=LOCAL) as reader:
        assert reader.rows("select count(*) from check_failures") == everything.rows(
            "select count(*) from check_failures"
        )
        assert all(reader.answers(name) for name in _ASK)
