"""Journeys through the dashboard with real clicks; what the pages say is compared with SQL on the same tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser_pages import SLOW, figure, query, settled, visit
from playwright.sync_api import Browser, Page, expect
from sample_generation import rows, scalar


def test_from_the_overview_to_a_gap_to_its_worker(page: Page, served: str, sample: Path) -> None:
    visit(page, served)
    open_gaps = scalar(sample, "select count(*) from gaps where closed_at is null")
    assert figure(page, "Open gaps") == f"{open_gaps:,}"
    assert figure(page, "Unsynced events") == f"{scalar(sample, 'select count(*) from unsynced_events'):,}"

    page.get_by_role("link", name="All gaps").click()
    page.wait_for_url("**/gaps*")
    expect(page.locator("h1").first).to_contain_text(f"{open_gaps:,} open gaps", timeout=SLOW)
    settled(page)

    page.locator("[data-testid=stDataFrame] .dvn-scroller").first.click(position={"x": 16, "y": 52})
    detail = page.locator("[data-testid=stHeading]", has_text=":").filter(has=page.locator("h3"))
    expect(detail.first).to_be_visible(timeout=SLOW)
    page.wait_for_url("**gap=*")
    gap_id = query(page)["gap"]
    ((worker_id, name, gaps),) = rows(
        sample,
        "select worker_id, full_name, (select count(*) from gaps every where every.worker_id = gaps.worker_id)"
        f" from gaps join staged_workers using (worker_id) where gap_id = '{gap_id}'",
    )
    expect(detail.first).to_contain_text(f"{name} ({worker_id})")

    page.get_by_role("link", name=f"See {name} ({worker_id}) on one time axis").click()
    page.wait_for_url("**/worker*")
    expect(page.locator("h1").first).to_have_text(f"{name} ({worker_id})", timeout=SLOW)
    settled(page)
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
    points = page.locator(".st-key-heat_map .scatterlayer .textpoint text")
    points.first.scroll_into_view_if_needed()
    place = page.locator(".st-key-heat_map .scatterlayer .points path").first.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    page.wait_for_url("**/gaps*")
    settled(page)
    assert query(page)["requirement"] == requirement
    assert query(page)["site"] == site
    expect(page.locator("h1").first).to_contain_text(f"{gaps:,} open gap", timeout=SLOW)


def test_a_copied_address_opens_the_same_view_and_navigation_keeps_it(page: Page, served: str, sample: Path) -> None:
    visit(page, f"{served}/?severity=critical")
    page.locator("[data-testid=stSidebar]").get_by_role("combobox", name=re.compile("Site")).click()
    page.get_by_role("option", name=re.compile(r"\(BAY1\)")).click()
    page.wait_for_url("**site=BAY1*")
    settled(page)
    expected = scalar(
        sample,
        "select count(*) from gaps where closed_at is null and severity = 'critical'"
        " and coalesce(site, role_site) = 'BAY1'",
    )
    expect(page.locator("h1").first).to_contain_text(f"{expected:,} open gap", timeout=SLOW)
    copied = page.url

    page.locator("[data-testid=stSidebar]").get_by_role("link", name="Gaps", exact=True).click()
    page.wait_for_url("**/gaps*")
    settled(page)
    assert query(page) == {"site": "BAY1", "severity": "critical"}
    expect(page.locator("h1").first).to_contain_text(f"{expected:,} open gap", timeout=SLOW)

    visit(page, copied)
    assert figure(page, "Open gaps") == f"{expected:,}"


@pytest.mark.parametrize("path", ["", "gaps", "worker", "events", "accounts", "health"])
def test_each_page_fits_a_phone(chromium: Browser, served: str, sample: Path, path: str) -> None:
    worker = scalar(sample, "select worker_id from gaps where closed_at is null order by exposure_days desc, 1 limit 1")
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.set_default_timeout(SLOW)
    visit(opened, f"{served}/{path}" + (f"?worker={worker}" if path == "worker" else ""))
    width = opened.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth")
    context.close()
    assert width <= 390
