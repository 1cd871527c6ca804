"""Learning record stores: Ralph, in an environment of its own, and one that keeps the rest of xAPI 1.0.3 to the letter.

Ralph answers ``since`` by timestamp and shows voided statements; what the specification says of storage order,
voiding and ``X-Experience-API-Consistent-Through`` is therefore tested on the second one. Both speak over sockets.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .conftest import SECRET, missing
from .http_service import Asked, HttpService

ADL = "http://adlnet.gov/expapi/verbs"
_ROOT = Path(__file__).parents[3]


def statement(verb: str, course: str = "PSM-201", *, account: str = "A1", at: str, **more: Any) -> dict[str, Any]:
    """One statement; ``verb`` is an ADL name or an IRI, ``at`` its timestamp."""
    return {
        "id": str(uuid.uuid4()),
        "actor": {"objectType": "Agent", "account": {"homePage": "https://lms.example.com", "name": account}},
        "verb": {"id": verb if "://" in verb else f"{ADL}/{verb}"},
        "object": {"objectType": "Activity", "id": f"https://lms.example.com/courses/{course}"},
        "timestamp": at,
        **more,
    }


def voiding(target: str, *, at: str) -> dict[str, Any]:
    """The statement that voids another."""
    return statement("voided", at=at, object={"objectType": "StatementRef", "id": target})


@dataclass
class Lrs:
    """A store to the letter of xAPI 1.0.3, sections 2.1.3 and 3.3, at ``<service>/xapi/statements``."""

    service: HttpService
    page: int = 3
    hides_voided: bool = True
    consistent_through: str | None = None
    stored: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.service.answers["/xapi/statements"] = self._answer

    def store(self, *statements: dict[str, Any], at: str) -> None:
        """Store statements at that instant."""
        self.stored += [{**one, "stored": at} for one in statements]

    def _answer(self, asked: Asked) -> tuple[int, dict[str, str], Any]:
        if not asked.headers.get("x-experience-api-version", "").startswith("1.0"):
            return 400, {}, {"message": "the version header is missing"}
        signed = base64.b64encode(f"gapwatch:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {signed}":
            return 401, {}, {"message": "sign in"}
        query = asked.query
        voided = {one["object"]["id"].lower() for one in self.stored if one["verb"]["id"] == f"{ADL}/voided"}
        listed = [one for one in self.stored if not (self.hides_voided and one["id"] in voided)]
        if "since" in query:
            listed = [one for one in listed if _time(one["stored"]) > _time(query["since"])]
        if "until" in query:
            listed = [one for one in listed if _time(one["stored"]) <= _time(query["until"])]
        listed.sort(key=lambda one: _time(one["stored"]), reverse=query.get("ascending") != "true")
        size = min(self.page, int(query.get("limit", "0")) or self.page)
        start = int(query.get("from", "0"))
        headers = {"X-Experience-API-Version": "1.0.3"}
        if self.consistent_through:
            headers["X-Experience-API-Consistent-Through"] = self.consistent_through
        more = ""
        if start + size < len(listed):
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "from")
            more = f"/xapi/statements?{kept}&from={start + size}"
        return 200, headers, {"statements": listed[start : start + size], "more": more}


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@dataclass(frozen=True)
class Ralph:
    """The running server and a client that stores statements in it."""

    url: str

    def store(self, *statements: dict[str, Any]) -> None:
        """Store them all; its files take one request only."""
        import httpx2

        answer = httpx2.post(
            f"{self.url}/statements/",
            json=list(statements),
            auth=("gapwatch", SECRET),
            headers={"X-Experience-API-Version": "1.0.3"},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def ralph(folder: Path) -> Iterator[Ralph]:
    """Ralph with its statements in that folder. It needs older libraries than ours: see ``.ci/run``."""
    program = shutil.which("ralph", path=f"{_ROOT}/.peers/lrs/bin:{os.environ.get('PATH', '')}")
    if program is None:
        missing("Ralph is not installed (python -m venv .peers/lrs, with the packages named in .ci/run)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    statements = folder / "statements"
    statements.mkdir()
    environment = {
        **os.environ,
        "RALPH_APP_DIR": str(folder),
        "RALPH_RUNSERVER_BACKEND": "fs",
        "RALPH_AUTH_FILE": str(folder / "auth.json"),
        "RALPH_RUNSERVER_MAX_SEARCH_HITS_COUNT": "2",
    }
    signed = ["-u", "gapwatch", "-p", SECRET, "-s", "all", "-N", "gapwatch", "-M", "mailto:gapwatch@example.com", "-w"]
    done = subprocess.run(
        [program, "auth", *signed], env=environment, capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    serve = [program, "runserver", "-b", "fs", "-h", "127.0.0.1", "-p", str(port)]
    with (folder / "ralph.log").open("wb") as log:
        process = subprocess.Popen(
            [*serve, "--fs-default-directory-path", str(statements)],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,  # it starts processes of its own, which must end with it
        )
        try:
            _until_it_listens(process, port, folder / "ralph.log")
            yield Ralph(f"http://127.0.0.1:{port}/xAPI")
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)


def _until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, "Ralph does not start"
        time.sleep(0.2)
