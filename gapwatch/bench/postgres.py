"""A private PostgreSQL server, for as long as a comparison lasts: no TCP port, its files in a folder that goes with it.

Owns finding, starting and stopping it, and the gap question there (``queries/bench/question_postgres.sql``). Called by
``gapwatch.bench.rivals``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gapwatch.bench.company import bench_sql
from gapwatch.errors import ConfigurationError

if TYPE_CHECKING:
    import psycopg

_DEBIAN: Final = Path("/usr/lib/postgresql")
_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "1GB",
    "work_mem": "1GB",
    "max_wal_size": "8GB",
    "max_parallel_workers_per_gather": "4",
}
_COLUMNS: Final = "worker_key bigint, requirement_key bigint, site_key bigint, valid_from timestamp, valid_to timestamp"


def postgres_programs() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``, or None where no server is installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    return max((path.parent for path in _DEBIAN.glob("*/bin/initdb")), default=None)


@contextmanager
def private_postgres() -> Iterator[psycopg.Connection]:
    """A connection to a new, empty server, stopped and removed at the end. Raises ConfigurationError.

    PostgreSQL refuses to run as root: there it runs as the user ``postgres``.
    """
    import psycopg

    programs = postgres_programs()
    if programs is None:
        raise ConfigurationError(
            "no PostgreSQL server is installed", do="apt-get install postgresql, or leave it out: --without postgres"
        )
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="gapwatch-pg-") as home:
        if user:
            shutil.chown(home, user)
        data = Path(home) / "data"
        _run([programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8"], user)
        settings = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-w", "-s"]
        _run([*control, "-l", Path(home) / "log", "-o", f"{settings} -k {home}", "start"], user)
        try:
            with psycopg.connect(host=home, user="postgres", dbname="postgres", autocommit=True) as connection:
                connection.execute("set timezone = 'UTC'")
                yield connection
        finally:
            _run([*control, "-m", "immediate", "stop"], user)


def load(connection: psycopg.Connection, *, table: str, csv: Path) -> None:
    """Copy a CSV file without header into a new table of intervals, and let the planner look at it."""
    connection.execute(f"create unlogged table {table} ({_COLUMNS})")
    with csv.open("rb") as rows, connection.cursor().copy(f"copy {table} from stdin (format csv)") as copy:
        while block := rows.read(1 << 20):
            copy.write(block)
    connection.execute(f"vacuum analyze {table}")


def answer(connection: psycopg.Connection) -> None:
    """Answer the gap question from ``periods`` and ``credentials`` into a table ``answer``."""
    connection.execute("drop table if exists answer")
    connection.execute(f"create unlogged table answer as {bench_sql('question_postgres')}")


def save(connection: psycopg.Connection, csv: Path) -> None:
    """Write the table ``answer`` as CSV without header."""
    with csv.open("wb") as file, connection.cursor().copy("copy answer to stdout (format csv)") as copy:
        for block in copy:
            file.write(block)


def version(connection: psycopg.Connection) -> str:
    """The server's version, such as 15.18."""
    number = connection.info.server_version
    return f"{number // 10000}.{number % 10000}"


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(
            f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-300:]}",
            do="see whether PostgreSQL runs on this machine, or leave it out: --without postgres",
        )
