"""The dashboard as ``gapwatch serve`` serves it, on a free port, stopped by its process group."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

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
    # a group of its own, so that Streamlit below the command ends with it
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **(environment or {})},
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server)
            yield address
        finally:
            os.killpg(server.pid, 15)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if server.poll() is not None:
            said = server.stderr.read().decode() if server.stderr else ""
            pytest.fail(f"the dashboard ended with {server.returncode}: {said}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.25)
    pytest.fail("the dashboard did not answer within a minute")
