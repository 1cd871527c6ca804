"""Journey: a source has stopped. The overview says so, leads to its health, and that to what cannot be judged."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from browser_pages import headline, open_page, press, says, table, table_rows, visit
from dashboard_server import free_port, serving
from playwright.sync_api import Page, expect
from sample_generation import rows, scalar

from gapwatch.config import load_settings
from gapwatch.pipeline import build, load

FEED: Final = "lms_completions"
NOW: Final = dt.datetime(2026, 11, 2, 18, tzinfo=dt.UTC)  # two days after the sample's last deliveries


@dataclass(frozen=True)
class Sick:
    """A dashboard on the sample two days later, when every source has delivered but one."""

    address: str
    config: Path


@pytest.fixture(scope="module")
def sick(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sick]:
    """The sample with its landing zone, loaded once more without the feed, built and served."""
    home = tmp_path_factory.mktemp("sick") / "company"
    shutil.copytree(sample.parent, home, ignore=shutil.ignore_patterns("generations"))
    config = home / "gapwatch.toml"
    head, *sources = re.split(r"(?m)^(?=\[\[sources\]\]$)", config.read_text(encoding="utf-8"))
    others = home / "others.toml"
    others.write_text(head + "".join(one for one in sources if f'feed = "{FEED}"\n' not in one), encoding="utf-8")
    load(load_settings(others), loaded_at=NOW)
    build(load_settings(config), as_of=NOW)
    with serving(config, port=free_port()) as address:
        yield Sick(address, config)


def test_a_sick_feed_from_the_overview_to_what_cannot_be_judged(page: Page, sick: Sick) -> None:
    sources = scalar(sick.config, "select count(*) from feed_health")
    assert rows(sick.config, "select source, age_hours from feed_health where status <> 'fresh'") == [(FEED, 48.0)]
    unknown, of_all, share, assigned = rows(
        sick.config,
        "select requirements_not_evaluable, requirements, requirements_not_evaluable_pct, lms_not_evaluable"
        " from evaluability where site is null",
    )[0]
    reason = f"{FEED} is 48 h old, promised every 24 h"
    assert 0 < unknown < of_all

    visit(page, sick.address)
    main = page.get_by_test_id("stMain")
    expect(main.get_by_text(f"{reason}. The other {sources - 1} sources are fresh.")).to_be_visible()
    expect(main.get_by_text(re.compile(rf"^.*{unknown:,} of .* are not evaluable: {reason}\."))).to_be_visible()

    press(page.get_by_role("link", name="See Integration health"))
    page.wait_for_url("**/health*")
    expect(headline(page)).to_have_text(f"1 of {sources} sources is late, absent or held back")
    expect(main.get_by_text("What cannot be judged for now:")).to_be_visible()
    told = main.get_by_role("listitem")
    expect(told).to_have_text(
        [
            f"{unknown:,} of {of_all:,} requirements ({share:.1f}%) that would count as met or open: {reason}",
            f"What the LMS itself shows, of {assigned:,} assignments: {reason}",
        ]
    )
    first, *others = table_rows(table(page, "sources"))
    assert (first["Source"], first["Status"], first["Age (h)"]) == (FEED, "Late", "48")
    assert first["Newest load"] == "2026-10-31 13:00:00"  # in Chicago; the others came two days later
    assert {(row["Status"], row["Newest load"]) for row in others} == {("Fresh", "2026-11-02 12:00:00")}

    failed, silent = rows(sick.config, "select sum(failed), sum(silent_days) from integration_health")[0]
    assert failed > 0
    expect(main.get_by_text(f"{failed:,} runs failed as a whole, {silent:,} days passed without a run")).to_be_visible()

    open_page(page, "Gaps", path="gaps")
    says(page, f"{scalar(sick.config, 'select count(*) from gaps where closed_at is null'):,} open gaps")
    expect(main.get_by_text(re.compile(rf"{unknown:,} of .* are not evaluable: {reason}\."))).to_be_visible()
