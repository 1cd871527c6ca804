"""Journeys through the dashboard with real clicks; what the pages say is compared with SQL on the same tables."""

from __future__ import annotations

import re
from pathlib import Path

from browser_pages import (
    choose,
    figure,
    headline,
    open_page,
    pick_row,
    press,
    query,
    says,
    settled,
    sidebar,
    try_until_asked,
    visit,
)
from playwright.sync_api import Page, expect
from sample_generation import rows, scalar


def test_from_the_overview_to_a_gap_to_its_worker(page: Page, served: str, sample: Path) -> None:
    visit(page, served)
    open_gaps = scalar(sample, "select count(*) from gaps where closed_at is null")
    assert figure(page, "Open gaps") == f"{open_gaps:,}"
    assert figure(page, "Unsynced events") == f"{scalar(sample, 'select count(*) from unsynced_events'):,}"

    press(page.get_by_role("link", name="All gaps"))
    page.wait_for_url("**/gaps*")
    says(page, f"{open_gaps:,} open gaps")

    pick_row(page.locator("[data-testid=stDataFrame]").first, 1)
    page.wait_for_url("**gap=*")
    detail = page.locator("[data-testid=stHeading]", has_text=":").filter(has=page.locator("h3"))
    gap_id = query(page)["gap"]
    ((worker_id, name, gaps),) = rows(
        sample,
        "select worker_id, full_name, (select count(*) from gaps every where every.worker_id = gaps.worker_id)"
        f" from gaps join staged_workers using (worker_id) where gap_id = '{gap_id}'",
    )
    expect(detail.first).to_contain_text(f"{name} ({worker_id})")

    press(page.get_by_role("link", name=f"See {name} ({worker_id}) on one time axis"))
    page.wait_for_url("**/worker*")
    expect(headline(page)).to_have_text(f"{name} ({worker_id})")
    assert query(page)["worker"] == worker_id
    expect(page.locator("[data-testid=stPlotlyChart]").nth(1)).to_be_visible()
    expect(page.get_by_role("tab", name=f"Gaps ({gaps})")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"On 2026-10-31 {worker_id} .* was ")).first).to_be_visible()


def test_a_cell_of_the_heat_map_leads_to_its_gaps(page: Page, served: str, sample: Path) -> None:
    visit(page, served)
    ((requirement, site, gaps),) = rows(
        sample,
        "select requirement_id, coalesce(site, role_site), count(*) from gaps where closed_at is null"
        " group by 1, 2 order by sum(exposure_days) desc limit 1",
    )

    def click_the_first_cell() -> None:
        page.locator(".st-key-heat_map .scatterlayer .textpoint text").first.scroll_into_view_if_needed()
        place = page.locator(".st-key-heat_map .scatterlayer .points path").first.bounding_box()
        assert place is not None
        page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    try_until_asked(page, click_the_first_cell)
    page.wait_for_url("**/gaps*")
    settled(page)
    assert query(page)["requirement"] == requirement
    assert query(page)["site"] == site
    says(page, f"{gaps:,} open gap")


def test_a_copied_address_opens_the_same_view_and_navigation_keeps_it(page: Page, served: str, sample: Path) -> None:
    visit(page, f"{served}/?severity=critical")
    choose(sidebar(page).get_by_role("combobox", name=re.compile("Site")), re.compile(r"\(BAY1\)"))
    page.wait_for_url("**site=BAY1*")
    expected = scalar(
        sample,
        "select count(*) from gaps where closed_at is null and severity = 'critical'"
        " and coalesce(site, role_site) = 'BAY1'",
    )
    says(page, f"{expected:,} open gap")
    copied = page.url

    open_page(page, "Gaps", path="gaps")
    assert query(page) == {"site": "BAY1", "severity": "critical"}
    says(page, f"{expected:,} open gap")

    visit(page, copied)
    assert figure(page, "Open gaps") == f"{expected:,}"
