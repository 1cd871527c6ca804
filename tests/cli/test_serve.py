"""``gapwatch serve``: for this machine alone, unless it is said who may look; and what sign-in needs."""

from __future__ import annotations

import importlib
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from command import gapwatch

SIGN_IN = """
[sign_in]
metadata_url = "https://login.example.com/.well-known/openid-configuration"
client_id = "gapwatch"
address = "{address}"
roles = "roles.csv"
"""


def _config(folder: Path, *, address: str = "https://gapwatch.example.com", signing: bool = True) -> Path:
    (folder / "roles.csv").write_text("email,role\nann@example.com,officer\n", encoding="utf-8")
    config = folder / "gapwatch.toml"
    config.write_text(SIGN_IN.format(address=address) if signing else "", encoding="utf-8")
    return config


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, dict[str, str], str]]:
    """What Streamlit would have been started with: host, port, options, and the secrets file's text."""
    calls: list[tuple[str, int, dict[str, str], str]] = []

    def started(config: Path, *, host: str, port: int, options: Mapping[str, str]) -> int:
        assert config.is_file()
        file = options.get("secrets.files")
        text = Path(file).read_text(encoding="utf-8") if file else ""
        if file:
            assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
            assert stat.S_IMODE(Path(file).parent.stat().st_mode) == 0o700
        calls.append((host, port, dict(options), text))
        return 0

    monkeypatch.setattr(importlib.import_module("gapwatch.cli.serve"), "_streamlit", started)
    return calls


def test_without_sign_in_it_answers_this_machine_alone_and_says_so(
    tmp_path: Path, started: list[tuple[str, int, dict[str, str], str]]
) -> None:
    config = _config(tmp_path, signing=False)
    answer = gapwatch("serve", "--config", str(config), "--port", "8600")
    assert answer.code == 0
    assert "http://127.0.0.1:8600 (this machine only" in answer.out
    assert [call[:3] for call in started] == [("127.0.0.1", 8600, {})]
    refused = gapwatch("serve", "--config", str(config), "--host", "0.0.0.0")  # noqa: S104 (that it is refused)
    assert refused.code == 2
    assert "without sign-in the dashboard answers this machine alone" in refused.err
    assert len(started) == 1


def test_with_sign_in_other_machines_may_ask(
    tmp_path: Path, started: list[tuple[str, int, dict[str, str], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAPWATCH_OIDC_CLIENT_SECRET", 'of "the" provider')
    monkeypatch.delenv("GAPWATCH_COOKIE_SECRET", raising=False)
    answer = gapwatch("serve", "--config", str(_config(tmp_path)), "--host", "0.0.0.0")  # noqa: S104 (sign-in is asked)
    assert answer.code == 0, answer.err
    assert "https://gapwatch.example.com (sign-in needed" in answer.out
    assert "provider" not in answer.out + answer.err
    ((host, _, options, text),) = started
    assert host == "0.0.0.0"  # noqa: S104 (the same)
    auth = tomllib.loads(text)["auth"]
    assert auth["client_secret"] == 'of "the" provider'  # noqa: S105 (a test's)
    assert auth["redirect_uri"] == "https://gapwatch.example.com/oauth2callback"
    assert len(auth["cookie_secret"]) >= 32
    assert not Path(options["secrets.files"]).exists(), "the secrets go when the server stops"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "GAPWATCH_OIDC_CLIENT_SECRET"),
        ({"GAPWATCH_OIDC_CLIENT_SECRET": "x", "GAPWATCH_COOKIE_SECRET": "short"}, "GAPWATCH_COOKIE_SECRET"),
    ],
)
def test_a_missing_secret_is_named(
    tmp_path: Path, variables: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GAPWATCH_OIDC_CLIENT_SECRET", "GAPWATCH_COOKIE_SECRET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    answer = gapwatch("serve", "--config", str(_config(tmp_path)))
    assert answer.code == 2
    assert told in answer.err


def test_what_opens_the_door_does_not_travel_in_the_clear(tmp_path: Path) -> None:
    answer = gapwatch("serve", "--config", str(_config(tmp_path, address="http://gapwatch.example.com")))
    assert answer.code == 2
    assert "sign_in.address" in answer.err
    assert "https" in answer.err
