"""README.md and the pages beside the code name every command, setting, table and check, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from gapwatch.checks import read_catalogue
from gapwatch.config import Settings

ROOT = Path(__file__).parent.parent
_PAGES = [ROOT / "README.md", *sorted((ROOT / "gapwatch").rglob("*.md"))]
_TEXT = "\n".join(page.read_text(encoding="utf-8") for page in _PAGES)
_CODE = re.findall(r"`([^`\n]+)`", _TEXT)

# contract: the public tables
_TABLES = (
    "account_links",
    "role_states",
    "hr_events",
    "requirement_periods",
    "credential_periods",
    "compliance_timeline",
    "gaps",
    "event_responses",
    "unsynced_events",
    "stale_accounts",
    "compliance",
    "inflation",
    "run_parameters",
    "loads",
    "rejects",
    "check_results",
    "check_failures",
    "sync_latency",
    "feed_health",
)


def _commands() -> set[str]:
    from gapwatch.cli import gapwatch

    return set(gapwatch.commands)


def _settings(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if inner:
            yield from _settings(inner[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def test_every_command_is_documented() -> None:
    commands = _commands()
    assert len(commands) >= 12
    missing = [name for name in commands if not any(code.startswith(f"gapwatch {name}") for code in _CODE)]
    assert not missing


def test_every_documented_command_exists() -> None:
    written = set(re.findall(r"\bgapwatch ([a-z]+)\b", " ".join(_CODE)))
    assert written
    assert written <= _commands()


@pytest.mark.parametrize("name", [name for name in _settings(Settings) if name != "folder"])
def test_every_setting_is_documented(name: str) -> None:
    assert name in _CODE


def test_settings_are_found_in_all_depths() -> None:
    assert {"organisation.name", "sources.covers_from", "digest.smtp.host"} <= set(_settings(Settings))


@pytest.mark.parametrize("name", _TABLES)
def test_every_published_table_is_documented(name: str) -> None:
    assert name in _CODE


def test_the_table_of_checks_is_the_catalogue() -> None:
    row = re.compile(r"^\| `(\w+)` \| (blocking|critical|warning) \| (\w+) \| (.+) \|$", flags=re.MULTILINE)
    written = row.findall(_TEXT)
    stated = [(check.check_id, str(check.severity), check.feed, check.says) for check in read_catalogue()]
    assert sorted(written) == sorted(stated)


def test_every_preset_is_documented() -> None:
    presets = sorted(path.stem for path in (ROOT / "gapwatch" / "loaders" / "presets").glob("*.toml"))
    assert len(presets) >= 40
    assert not [name for name in presets if name not in _CODE]


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in _PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_two_commands_stand_once_each_on_their_own_line() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    first = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/gapwatch demo"
    second = "python3 -m venv .venv && .venv/bin/pip install -e '.[tests]' && .venv/bin/pytest"
    assert lines.count(first) == 1
    assert lines.count(second) == 1
