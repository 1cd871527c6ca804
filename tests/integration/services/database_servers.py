"""PostgreSQL and MariaDB, each a server of its own in a temporary folder, on a free port of the loopback.

Owns starting, filling and ending them. As root they run as the user that their package made.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .conftest import SECRET, missing


@dataclass(frozen=True)
class Server:
    """A running database server. ``gap`` may sign in with the secret, and owns the database ``hr``."""

    port: int
    client: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()

    def execute(self, sql: str) -> str:
        """Run SQL as the owner; what it printed."""
        done = subprocess.run(
            self.client,
            input=sql,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **dict(self.environment)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """PostgreSQL from its Debian package."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        missing("PostgreSQL is not installed (Debian: postgresql)")
    binaries, port, user = folders[-1], _free_port(), _user("postgres")
    with _folder(user) as folder:
        password = folder / "password"
        password.write_text(SECRET, encoding="utf-8")
        password.chmod(0o644)
        initdb = [f"{binaries}/initdb", "-D", f"{folder}/data", "-A", "scram-sha-256", "-U", "gap", "-E", "UTF8"]
        _run([*initdb, f"--pwfile={password}", "--locale=C.UTF-8", "--no-sync"], user)
        settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", "fsync=off"]
        command = [f"{binaries}/postgres", "-D", f"{folder}/data", *(part for one in settings for part in ("-c", one))]
        client = (f"{binaries}/psql", "-qtAX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "gap")
        server = Server(port, (*client, "hr"), (("PGPASSWORD", SECRET),))
        with _running(command, user, log=folder / "log", stop=signal.SIGINT):
            _until(lambda: Server(port, (*client, "postgres"), server.environment).execute("select 1"))
            Server(port, (*client, "postgres"), server.environment).execute("create database hr;")
            yield server


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """MariaDB from its Debian package, with its ODBC driver."""
    daemon = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    install, client = shutil.which("mariadb-install-db"), shutil.which("mariadb")
    if not daemon or not install or not client:
        missing("MariaDB is not installed (Debian: mariadb-server)")
    drivers = Path("/etc/odbcinst.ini")
    if not drivers.is_file() or "[MariaDB Unicode]" not in drivers.read_text(encoding="utf-8"):
        missing("MariaDB's ODBC driver is not installed (Debian: odbc-mariadb)")
    port, user = _free_port(), _user("mysql")
    with _folder(user) as folder:
        data = f"--datadir={folder}/data"
        _run([install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"], user)
        own = [f"--socket={folder}/socket", f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder}/pid"]
        server = Server(port, (client, "--no-defaults", f"--socket={folder}/socket", "-uroot", "-N"))
        with _running([daemon, "--no-defaults", data, *own], user, log=folder / "log", stop=signal.SIGTERM):
            _until(lambda: server.execute("select 1"))
            server.execute(
                f"create database hr character set utf8mb4; create user gap@'127.0.0.1' identified by '{SECRET}';"
                "grant all on hr.* to gap@'127.0.0.1';"
            )
            yield server


def _user(name: str) -> str | None:
    """Whom the server runs as: that user when we are root, else ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        missing(f"there is no user {name} to run the server as")


@contextlib.contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="gapwatch-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as(user: str | None) -> dict[str, Any]:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _run(command: list[str], user: str | None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as(user))
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _running(command: list[str], user: str | None, *, log: Path, stop: signal.Signals) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd="/", **_as(user))
        try:
            yield
        finally:
            process.send_signal(stop)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _until(answers: Any) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            answers()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
