"""The dashboard as ``gapwatch serve`` serves it, on a free port, stopped by its process group."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(config: Path, *, port: int, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """``gapwatch serve`` with those settings; yields its address and stops it after."""
    command = [sys.executable, "-m", "gapwatch", "serve", "--config", str(config), "--port", str(port)]
    # a file, because a pipe that nobody reads would hold up the server once full; a group of its own, so that Streamlit
    # below the command ends with it
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
            env={**os.environ, **(environment or {})},
        ) as server,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server, said)
            yield address
        finally:
            os.killpg(server.pid, 15)


def _wait_for(address: str, server: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    for _ in range(480):
        if server.poll() is not None:
            said.seek(0)
            pytest.fail(f"the dashboard ended with {server.returncode}: {said.read().decode()}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.25)
    pytest.fail("the dashboard did not answer within two minutes")
