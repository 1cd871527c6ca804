"""The dashboard served as ``gapwatch serve`` serves it, and Chromium to click in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_generation import published_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gapwatch.toml of the published sample."""
    return published_sample(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def served(sample: Path) -> Iterator[str]:
    """The address of a running dashboard on that sample."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gapwatch", "serve", "--config", str(sample), "--port", str(port)]
    # a group of its own, so that Streamlit below the command ends with it
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True) as server:
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
