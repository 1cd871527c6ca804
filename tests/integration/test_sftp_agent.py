"""SFTP with a key that only an SSH agent holds: OpenSSH's own agent and server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from loaders.conftest import Loading

from gapwatch.errors import LoadError

from .openssh import OpenSsh, openssh

CONTENT = "worker_id,full_name\n007,Ana\n"


@dataclass(frozen=True)
class Agent:
    """A running ssh-agent; what it holds is asked of it over ``socket``."""

    socket: Path

    def add(self, key: Path) -> None:
        self._tell("ssh-add", "-q", str(key))

    def forget_all(self) -> None:
        self._tell("ssh-add", "-q", "-D")

    def _tell(self, *command: str) -> None:
        environment = os.environ | {"SSH_AUTH_SOCK": str(self.socket)}
        subprocess.run(command, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    with openssh(tmp_path_factory.mktemp("openssh")) as running:
        (running.files / "feed.csv").write_text(CONTENT, encoding="utf-8")
        yield running


@pytest.fixture(scope="module")
def running_agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    for program in ("ssh-agent", "ssh-add"):
        if shutil.which(program) is None:
            missing = f"{program} is not installed (Debian: openssh-client)"
            pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    socket = tmp_path_factory.mktemp("agent") / "s"
    told = subprocess.run(
        ["ssh-agent", "-s", "-a", str(socket)],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )
    pid = int(told.stdout.partition("SSH_AGENT_PID=")[2].partition(";")[0])
    yield Agent(socket)
    os.kill(pid, signal.SIGTERM)


@pytest.fixture
def agent(running_agent: Agent, server: OpenSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agent:
    """The agent, empty; the server is known, and neither a key, a password nor a home with keys is given."""
    running_agent.forget_all()
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n", encoding="ascii")
    monkeypatch.setenv("GAPWATCH_SFTP_KNOWN_HOSTS", str(known))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(running_agent.socket))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KEY", "PASSPHRASE", "PASSWORD"):
        monkeypatch.delenv(f"GAPWATCH_SFTP_{name}", raising=False)
    return running_agent


def test_a_key_of_the_agent_opens(tmp_path: Path, server: OpenSsh, agent: Agent) -> None:
    agent.add(server.user_key)
    loading = Loading(tmp_path)
    assert [row["worker_id"] for row in loading.load("workers", file=server.address("feed.csv"))] == ["007"]


def test_an_agent_without_the_key_does_not(tmp_path: Path, server: OpenSsh, agent: Agent) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)  # noqa: S607
    loading = Loading(tmp_path)
    with pytest.raises(LoadError, match="nothing to sign in with"):
        loading.load("workers", file=server.address("feed.csv"))
    agent.add(other)
    with pytest.raises(LoadError, match="does not let us in") as refused:
        loading.load("workers", file=server.address("feed.csv"))
    assert "SSH agent" in refused.value.do
    assert not list((loading.warehouse / "landing").glob("*"))


def test_the_right_key_among_several_opens(tmp_path: Path, server: OpenSsh, agent: Agent) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)  # noqa: S607
    agent.add(other)
    agent.add(server.user_key)
    assert len(Loading(tmp_path).load("workers", file=server.address("feed.csv"))) == 1


def test_a_key_that_is_named_wins_over_the_agent(
    tmp_path: Path, server: OpenSsh, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.add(server.user_key)
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)  # noqa: S607
    monkeypatch.setenv("GAPWATCH_SFTP_KEY", str(other))
    with pytest.raises(LoadError, match="does not let us in"):
        Loading(tmp_path).load("workers", file=server.address("feed.csv"))


def test_an_agent_that_is_gone_is_no_crash(
    tmp_path: Path, server: OpenSsh, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent.add(server.user_key)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nobody"))
    with pytest.raises(LoadError, match="nothing to sign in with"):
        Loading(tmp_path).load("workers", file=server.address("feed.csv"))
