"""The examples in the documentation of services are settings that gapwatch takes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from gapwatch.config import Settings

ROOT = Path(__file__).parents[3]


def _examples() -> list[str]:
    page = (ROOT / "gapwatch" / "loaders" / "services.md").read_text(encoding="utf-8")
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("### Services")[2].partition("###")[0]
    blocks = re.findall(r"((?:^    .*\n|^\n)+)", f"{page}\n{section}", flags=re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks if "[[sources]]" in block]


@pytest.mark.parametrize("text", _examples())
def test_an_example_is_valid(text: str) -> None:
    settings = Settings.model_validate({"folder": ROOT, **tomllib.loads(text)})
    assert settings.sources
    assert all(source.service is not None for source in settings.sources)


def test_every_kind_of_service_has_an_example() -> None:
    kinds = {source["path"].partition(":")[0] for text in _examples() for source in tomllib.loads(text)["sources"]}
    assert kinds == {"https", "scim+https", "xapi+https", "postgresql"}
