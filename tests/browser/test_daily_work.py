"""A link that is passed on opens the same view; what is downloaded is what the page says."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from browser_pages import headline, new_context, query, says, visit
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect
from sample_generation import rows, scalar


def test_a_shared_link_opens_the_same_view(page: Page, chromium: Browser, served: str, sample: Path) -> None:
    visit(page, f"{served}/gaps?site=BAY1&cause=expired")
    page.get_by_text("Share or keep this view").click()
    told = page.locator("[data-testid=stSidebar] [data-testid=stCode]").inner_text().strip()
    address = re.sub(r"\s", "", told)
    assert address.startswith(f"{served}/gaps?")
    assert "known_at=" in address
    said = headline(page).inner_text()
    expected = scalar(
        sample,
        "select count(*) from gaps where closed_at is null and cause = 'expired'"
        " and coalesce(site, role_site) = 'BAY1'",
    )
    assert said.startswith(f"{expected:,} open gap")
    context = new_context(chromium)
    other = context.new_page()
    visit(other, address)
    expect(headline(other)).to_have_text(said)
    asked = query(other)
    context.close()
    assert (asked["site"], asked["cause"]) == ("BAY1", "expired")


def test_what_is_downloaded_is_what_the_page_says(page: Page, served: str, sample: Path) -> None:
    visit(page, f"{served}/gaps?site=HNY1&severity=high")
    expected = {
        gap
        for (gap,) in rows(
            sample,
            "select gap_id from gaps where closed_at is null and severity = 'high'"
            " and coalesce(site, role_site) = 'HNY1'",
        )
    }
    says(page, f"{len(expected):,} open gap")
    with page.expect_download() as taken:
        page.get_by_role("button", name=re.compile(r"Download .* \(CSV\)")).click()
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    assert {row["gap_id"] for row in csv.DictReader(io.StringIO(text))} == expected
    with page.expect_download() as taken:
        page.get_by_role("button", name=re.compile(r"Download .* \(XLSX\)")).click()
    sheet = load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes())).active
    assert sheet is not None
    at = [cell.value for cell in sheet[1]].index("Gap ID")
    assert {row[at] for row in sheet.iter_rows(min_row=2, values_only=True)} == expected
