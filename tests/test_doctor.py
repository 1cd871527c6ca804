"""The doctor names what stands in the way, with what to do, and never a secret."""

from __future__ import annotations

import importlib.metadata
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gapwatch.doctor import Finding, Health, diagnose
from gapwatch.warehouse.lock import warehouse_lock

_CASE = Path(__file__).parent / "cases" / "worked" / "rehire"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "case"
    shutil.copytree(_CASE, copy)
    return copy


def _findings(folder: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in diagnose(folder / "gapwatch.toml")}


def test_a_sound_folder_has_nothing_that_fails(folder: Path) -> None:
    findings = _findings(folder)
    assert [finding for finding in findings.values() if finding.status is Health.FAIL] == []
    machine = {"python", "packages", "queries", "time zones", "disk"}
    assert machine | {"settings", "policy", "warehouse"} <= set(findings)
    assert "duckdb 2" in findings["packages"].detail
    assert findings["published"].status is Health.WARN
    assert findings["published"].do == "run: gapwatch run"


def test_without_configuration_only_the_machine_is_looked_at(tmp_path: Path) -> None:
    findings = _findings(tmp_path)
    assert findings["settings"].status is Health.FAIL
    assert "gapwatch simulate" in findings["settings"].do
    assert "policy" not in findings


def test_a_missing_file_is_found_and_a_glob_counted(folder: Path) -> None:
    (folder / "feeds" / "workers.csv").unlink()
    text = (folder / "gapwatch.toml").read_text(encoding="utf-8")
    (folder / "gapwatch.toml").write_text(text.replace("feeds/jobs.csv", "feeds/j*.csv"), encoding="utf-8")
    findings = _findings(folder)
    assert findings["source hr_workers"].status is Health.FAIL
    assert "feeds/workers.csv" in findings["source hr_workers"].detail
    assert findings["source jobs"].detail == "1 file at feeds/j*.csv"


def test_an_unreachable_address_shows_no_password(folder: Path) -> None:
    text = (folder / "gapwatch.toml").read_text(encoding="utf-8")
    address = "nosuchprotocol://user:hunter2@host/feeds/jobs.csv"
    (folder / "gapwatch.toml").write_text(text.replace("feeds/jobs.csv", address), encoding="utf-8")
    finding = _findings(folder)["source jobs"]
    assert finding.status is Health.FAIL
    assert "hunter2" not in finding.detail
    assert "nosuchprotocol://host/feeds/jobs.csv" in finding.detail


def test_a_policy_that_names_an_unknown_requirement_fails(folder: Path) -> None:
    rules = folder / "policy" / "requirement_rules.csv"
    lines = rules.read_text(encoding="utf-8").splitlines()
    columns = lines[0].split(",")
    row = lines[1].split(",")
    row[columns.index("requirement_id")] = "NO-SUCH"
    rules.write_text("\n".join([lines[0], ",".join(row), *lines[2:]]), encoding="utf-8")
    finding = _findings(folder)["policy"]
    assert finding.status is Health.FAIL
    assert "NO-SUCH" in finding.detail


def test_a_warehouse_in_use_is_a_warning(folder: Path) -> None:
    held = folder / "warehouse"
    held.mkdir()
    code = (
        "import sys, pathlib\nfrom gapwatch.warehouse.lock import warehouse_lock\n"
        f"with warehouse_lock(pathlib.Path({str(held)!r})):\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        finding = _findings(folder)["warehouse"]
        assert finding.status is Health.WARN
        assert str(other.pid) in finding.detail
        other.communicate()
    with warehouse_lock(held):
        pass


def test_mail_settings_are_told_without_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smtp = '[digest.smtp]\nhost = "mail.example"\nsender = "g@example"\n'
    with (folder / "gapwatch.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[digest]\nrecipients = "people.csv"\n{smtp}')
    monkeypatch.setenv("GAPWATCH_SMTP_USER", "gapwatch-user")
    monkeypatch.delenv("GAPWATCH_SMTP_PASSWORD", raising=False)
    findings = _findings(folder)
    assert findings["recipients"].status is Health.FAIL
    assert findings["mail"].status is Health.FAIL
    assert "GAPWATCH_SMTP_PASSWORD is not set" in findings["mail"].detail
    monkeypatch.setenv("GAPWATCH_SMTP_PASSWORD", "hunter2")
    finding = _findings(folder)["mail"]
    assert finding.status is Health.OK
    assert "hunter2" not in finding.detail
    assert "gapwatch-user" not in finding.detail


def test_a_dashboard_open_to_the_network_is_a_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")  # noqa: S104 -- the thing warned of
    assert _findings(folder)["dashboard"].status is Health.WARN


def _with_service(folder: Path, text: str) -> Finding:
    path = folder / "gapwatch.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
    return _findings(folder)["source service"]


def test_a_service_whose_secret_is_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCTOR_TOKEN", raising=False)
    finding = _with_service(
        folder,
        '[[sources]]\nname = "service"\nfeed = "lms_accounts"\npath = "scim+https://scim.example.com/v2"\n'
        '[sources.rest]\nauth = { type = "bearer", token_env = "DOCTOR_TOKEN" }',
    )
    assert (finding.status, finding.detail) == (Health.FAIL, "DOCTOR_TOKEN is not set")


def test_a_service_that_listens_and_one_that_does_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_TOKEN", "hunter2")
    text = (
        '[[sources]]\nname = "service"\nfeed = "lms_accounts"\npath = "postgresql://127.0.0.1:PORT/hr"\n'
        '[sources.database]\nquery = "select 1"\npassword_env = "DOCTOR_TOKEN"'
    )
    settings = (folder / "gapwatch.toml").read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finding = _with_service(folder, text.replace("PORT", str(port)))
        assert finding.status is Health.OK
        assert finding.detail == f"postgresql://127.0.0.1:{port}/hr listens, and its secrets are set"
    (folder / "gapwatch.toml").write_text(settings, encoding="utf-8")
    finding = _with_service(folder, text.replace("PORT", str(port)))
    assert finding.status is Health.FAIL
    assert "does not answer: ConnectionRefusedError" in finding.detail


def test_a_missing_extra_is_named_and_stops_only_the_source_that_needs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = importlib.metadata.version

    def without(name: str) -> str:
        if name == "arrow-odbc":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", without)
    monkeypatch.setitem(sys.modules, "arrow_odbc", None)
    finding = _findings(folder)["extras"]
    assert finding.status is Health.OK
    assert "databases: without arrow-odbc" in finding.detail
    assert "services: installed" in finding.detail
    assert "databases" in finding.do
    needs = _with_service(
        folder,
        '[[sources]]\nname = "service"\nfeed = "jobs"\npath = "mysql://h/hr"\n[sources.database]\nquery = "select 1"',
    )
    assert (needs.status, needs.detail) == (Health.FAIL, "arrow_odbc is not installed")
    assert needs.do == "run: pip install 'gapwatch[databases]'"
