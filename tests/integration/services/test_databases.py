"""SQL databases through ``gapwatch load``, from a real PostgreSQL and a real MariaDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError
from gapwatch.loaders.services.database import check_query

from .conftest import SECRET, Place
from .database_servers import Server, mariadb, postgresql

ROLES = """
    create table roles (
        worker_id varchar(20), starts date, ends date, entered timestamp null, status varchar(10), seq bigint,
        job varchar(20), rate decimal(12, 4)
    );
    insert into roles values
        ('007', '2025-01-06', '2025-06-01', '2025-01-06 09:30:00.123456', 'active', 0, 'PSUP', 12.3400),
        ('007', '2025-06-01', null, null, 'active', 1, 'Op "é" 😀', null),
        ('W2', '2025-02-01', '9999-12-31', '2025-02-03 00:00:00', 'leave', 0, '', 0.5);
"""
QUERY = "select worker_id, starts, ends, entered, status, seq, job, rate from roles order by worker_id, seq"
COLUMNS = (
    'effective_from = "starts", effective_to = "ends", recorded_at = "entered", sequence = "seq", job_code = "job",'
    ' cost_center = "rate"'
)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with postgresql() as server:
        server.execute(ROLES.replace("timestamp null", "timestamptz"))
        yield server


@pytest.fixture(scope="module")
def maria() -> Iterator[Server]:
    with mariadb() as server:
        server.execute(f"use hr; set names utf8mb4;\n{ROLES.replace('timestamp null', 'datetime(6)')}")
        yield server


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> tuple[str, Server]:
    """Both servers, one after the other: the scheme and the server."""
    scheme = str(request.param)
    return scheme, request.getfixturevalue("postgres" if scheme == "postgresql" else "maria")


def source(scheme: str, server: Server, *, query: str = QUERY, columns: str = COLUMNS, more: str = "") -> str:
    return (
        f'[[sources]]\nname = "hris"\nfeed = "role_history"\npath = "{scheme}://127.0.0.1:{server.port}/hr"\n'
        f"columns = {{ {columns} }}\n[sources.database]\nquery = '''{query}'''\n"
        f'user = "gap"\npassword_env = "PEER_SECRET"\ntimeout_seconds = 5\n{more}\n'
    )


def test_rows_arrive_with_their_types(place: Place, database: tuple[str, Server]) -> None:
    scheme, server = database
    answer = place.load(source(scheme, server))
    assert answer.code == 0, answer.err
    record = place.records[-1]
    assert (record.rows_read, record.rows_rejected) == (3, 0)
    assert record.address == f"{scheme}://127.0.0.1:{server.port}/hr"
    first, second, third = place.rows()
    assert (first["worker_id"], first["effective_from_on"], first["sequence"]) == ("007", dt.date(2025, 1, 6), 0)
    assert (first["effective_to_on"], first["cost_center"]) == (dt.date(2025, 6, 1), "12.3400")
    # timestamptz is an instant (the session's zone is UTC); datetime is a clock time in the source's zone
    hour = 9 if scheme == "postgresql" else 15
    assert first["recorded_at"] == dt.datetime.fromisoformat(f"2025-01-06T{hour:02d}:30:00.123456")
    assert (second["effective_to_on"], second["recorded_at"], second["cost_center"]) == (None, None, None)
    assert second["job_code"] == 'Op "é" 😀'
    assert (third["effective_to_on"], third["job_code"]) == (None, None)


def test_an_unchanged_table_is_an_unchanged_load(place: Place, database: tuple[str, Server]) -> None:
    place.load(source(*database), at="2026-03-02T06:00:00Z")
    place.load(at="2026-03-03T06:00:00Z")
    assert [record.status for record in place.records] == ["accepted", "unchanged"]


def test_no_rows_still_have_columns(place: Place, database: tuple[str, Server]) -> None:
    answer = place.load(source(*database, query="select * from roles where worker_id = 'nobody'"))
    assert answer.code == 0, answer.err
    assert place.rows() == []
    assert "worker_id" in place.records[-1].schema


def test_long_texts(place: Place, maria: Server) -> None:
    maria.execute(
        "use hr; create or replace table notes (worker_id varchar(20), note longtext);"
        "insert into notes values ('W1', repeat('é', 100000)), ('W2', null);"
    )
    query = "select worker_id, 'active' as status, date '2025-01-06' as effective_from, note as event_reason from notes"
    answer = place.load(source("mariadb", maria, query=query, columns=""))
    assert answer.code == 0, answer.err
    assert [len(row["event_reason"] or "") for row in place.rows()] == [100_000, 0]
    maria.execute("use hr; update notes set note = repeat('x', 1500000) where worker_id = 'W2'")
    answer = place.load()
    assert answer.code == 3
    assert "column event_reason has a text of more than 1,048,576 bytes" in answer.err


def test_more_rows_than_one_batch(place: Place, database: tuple[str, Server]) -> None:
    scheme, server = database
    numbers = "generate_series(1, 50000) as t(n)" if scheme == "postgresql" else "seq_1_to_50000 as t(n)"
    if scheme == "mariadb":
        numbers = "(select seq as n from seq_1_to_50000) as t"
    query = (
        f"select concat('W', n) as worker_id, 'active' as status, date '2025-01-06' as effective_from from {numbers}"
    )
    answer = place.load(source(scheme, server, query=query, columns=""))
    assert answer.code == 0, answer.err
    assert place.records[-1].rows_accepted == 50_000
    assert "hris: 50,000 rows" in answer.err


REFUSED = {
    "delete from roles": "the query is not one SELECT",
    "select 1; select 2": "the query is not one SELECT",
    "with gone as (delete from roles returning *) select * from gone": "the query is not one SELECT",
}


@pytest.mark.parametrize("query", REFUSED)
def test_a_query_that_does_more_than_read_is_refused(place: Place, postgres: Server, query: str) -> None:
    answer = place.load(source("postgresql", postgres, query=query))
    assert answer.code == 2
    assert REFUSED[query] in answer.err
    assert postgres.execute("select count(*) from roles;").strip() == "3"


def test_the_session_itself_cannot_write(place: Place, postgres: Server) -> None:
    postgres.execute(
        "create or replace function wipe() returns text language plpgsql as"
        " $$ begin delete from roles; return 'W1'; end $$;"
    )
    query = "select wipe() as worker_id, 'active' as status, date '2025-01-06' as effective_from"
    answer = place.load(source("postgresql", postgres, query=query, columns=""))
    assert answer.code == 3
    assert "cannot execute DELETE in a read-only transaction" in answer.err
    assert postgres.execute("select count(*) from roles;").strip() == "3"


def test_the_session_itself_cannot_write_mariadb(place: Place, maria: Server) -> None:
    maria.execute(
        "use hr;\ndelimiter //\ncreate or replace function wipe() returns text modifies sql data\n"
        "begin delete from roles; return 'W1'; end //\ndelimiter ;\n"
    )
    query = "select wipe() as worker_id, 'active' as status, date '2025-01-06' as effective_from"
    answer = place.load(source("mariadb", maria, query=query, columns=""))
    assert answer.code == 3
    assert "READ ONLY transaction" in answer.err
    assert maria.execute("select count(*) from hr.roles").strip() == "3"


def test_an_open_end_written_as_infinity(place: Place, postgres: Server) -> None:
    query = (
        "select 'W' || n as worker_id, 'active' as status, date '2025-01-06' as effective_from, case n when 1 then"
        " 'infinity'::timestamp when 2 then timestamp '2025-06-01' end as effective_to,"
        " case n when 1 then 'infinity'::date when 2 then date '2025-06-30' end as contract_end_on"
        " from generate_series(1, 3) as t(n)"
    )
    answer = place.load(source("postgresql", postgres, query=query, columns=""))
    assert answer.code == 0, answer.err
    assert [row["contract_end_on"] for row in place.rows()] == [None, dt.date(2025, 6, 30), None]
    assert [row["effective_to_local"] for row in place.rows()] == [None, dt.datetime.fromisoformat("2025-06-01"), None]


TYPES = {
    "gen_random_uuid()": None,
    "123456789012345678.123456789::numeric": "123456789012345678.123456789",
    "true": "true",
    "'{\"a\": 1}'::jsonb": '{"a": 1}',
    "time '10:30'": "10:30:00",
    "2.5::float8": "2.5",
    "null": None,
}


@pytest.mark.parametrize("expression", TYPES)
def test_other_types_of_postgresql(place: Place, postgres: Server, expression: str) -> None:
    query = f"select 'W1' as worker_id, 'active' as status, date '2025-01-06' as effective_from, {expression} as site"
    answer = place.load(source("postgresql", postgres, query=query, columns=""))
    assert answer.code == 0, answer.err
    found = place.rows()[0]["site"]
    assert (len(found) == 36) if "uuid" in expression else (found == TYPES[expression])


@pytest.mark.parametrize("expression", ["array[1, 2]", "interval '1 day'", "inet '10.0.0.1'", "'\\x00'::bytea"])
def test_a_type_that_is_none_of_ours_names_its_column(place: Place, postgres: Server, expression: str) -> None:
    query = f"select 'W1' as worker_id, 'active' as status, date '2025-01-06' as effective_from, {expression} as site"
    answer = place.load(source("postgresql", postgres, query=query, columns=""))
    assert answer.code == 2
    assert "column site has a type that is no text, number, date or time" in answer.err


def test_the_password_may_come_from_the_servers_own_variable(
    place: Place, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    text = source("postgresql", postgres).replace('password_env = "PEER_SECRET"\n', "")
    assert place.load(text).code == 0


def test_a_wrong_password(place: Place, database: tuple[str, Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEER_SECRET", "an';other}\\ one")
    answer = place.load(source(*database))
    assert answer.code == 3
    assert "the database did not answer the query" in answer.err
    assert "password" in answer.err
    assert "other" not in answer.err


def test_a_server_that_is_not_there(place: Place, database: tuple[str, Server]) -> None:
    answer = place.load(source(*database).replace(f":{database[1].port}/", ":9/"))
    assert answer.code == 3
    assert "the database did not answer the query" in answer.err
    assert "127.0.0.1" in answer.err


def test_a_query_that_takes_too_long(place: Place, database: tuple[str, Server]) -> None:
    slow = {
        "postgresql": "select pg_sleep(20)::text as worker_id",
        "mariadb": "select max(a.seq * b.seq) as worker_id from seq_1_to_20000 a, seq_1_to_20000 b",
    }
    answer = place.load(source(*database, query=slow[database[0]], columns="", more="query_timeout_seconds = 1"))
    assert answer.code == 3, answer.err
    assert "the database did not answer the query" in answer.err


def test_a_table_that_is_not_there_is_named(place: Place, database: tuple[str, Server]) -> None:
    answer = place.load(source(*database, query="select * from rolls"))
    assert answer.code == 3
    assert "rolls" in answer.err


def test_a_value_that_cannot_be_read_is_not_quoted(place: Place, postgres: Server) -> None:
    query = "select cast(worker_id || ' Dana Ruiz' as integer) as worker_id, 'active' as status from roles"
    answer = place.load(source("postgresql", postgres, query=query, columns="effective_from = \"'2025-01-06'\""))
    assert answer.code == 3
    assert "its own message, which may quote data, is in the server's log" in answer.err
    assert "Dana" not in answer.err


def test_settings_that_cannot_work(place: Place) -> None:
    answer = place.load('[[sources]]\nname = "hris"\nfeed = "jobs"\npath = "postgresql://h/db"\n')
    assert answer.code == 2
    assert "a database needs [sources.database]" in answer.err
    answer = place.load(
        '[[sources]]\nname = "hris"\nfeed = "jobs"\npath = "postgresql://gap:pw@h/db"\n'
        '[sources.database]\nquery = "select 1"\n'
    )
    assert answer.code == 2
    assert "path holds a user or password" in answer.err


def test_sql_server_is_described_without_a_password() -> None:
    check_query("select top 5 [Employee ID] from dbo.roles with (nolock)", dialect="tsql", where="x")
    with pytest.raises(ConfigurationError):
        check_query("select * into copied from dbo.roles", dialect="tsql", where="x")
    described = Source.model_validate(
        {"name": "x", "feed": "jobs", "path": "mssql://gap@h/db", "database": {"query": "select 1"}}
    )
    assert described.service == "sql"
