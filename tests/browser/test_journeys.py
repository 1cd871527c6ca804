"""Journeys through the dashboard with real clicks; what the pages say is compared with SQL on the same tables."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from browser_pages import (
    choose,
    choose_day,
    figure,
    headline,
    open_page,
    pick_row,
    press,
    query,
    says,
    settled,
    sidebar,
    table,
    table_rows,
    try_until_asked,
    turn_to_tab,
    visit,
)
from playwright.sync_api import Page, expect
from sample_generation import rows, rows_of, scalar, settings_of

from gapwatch.pipeline import generation_for

PAST: Final = dt.datetime(2026, 3, 14, 5, tzinfo=dt.UTC)  # 00:00 in Chicago, the organisation's zone
FIGURES: Final = {
    "Open gaps": "select count(*) from gaps where closed_at is null",
    "Exposure days": "select sum(exposure_days) from gaps where closed_at is null",
    "Unsynced events": "select count(*) from unsynced_events",
    "Active leavers": "select count(*) from stale_accounts where kind = 'stale' and is_open",
}
_THEN: Final = f"timestamp '{PAST:%Y-%m-%d %H:%M:%S}'"
_ZONE: Final = "select timezone from role_states where worker_id = '{worker}' order by valid_from desc limit 1"


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


def test_what_was_true_on_a_past_day(page: Page, served: str, sample: Path) -> None:
    visit(page, served)
    newest = {label: figure(page, label) for label in FIGURES}
    headlines = [headline(page).inner_text()]
    choose_day(page, "As of", PAST.date())
    assert query(page) == {"as_of": "2026-03-14T05:00:00Z"}
    expect(page.get_by_text("as of 14 Mar 2026, 00:00 CDT, known by 31 Oct 2026, 13:00 CDT")).to_be_visible()
    known_at = scalar(sample, "select known_at from run_parameters").replace(tzinfo=dt.UTC)
    then = generation_for(settings_of(sample), as_of=PAST, known_at=known_at)
    told = {label: figure(page, label) for label in FIGURES}
    assert told == {label: f"{rows_of(then, sql)[0][0]:,.0f}" for label, sql in FIGURES.items()}
    assert all(told[label] != newest[label] for label in FIGURES)
    # what the newest report tells of that day
    still = f"opened_at <= {_THEN} and (closed_at is null or closed_at > {_THEN})"
    assert told["Open gaps"] == f"{scalar(sample, f'select count(*) from gaps where {still}'):,}"

    open_page(page, "Gaps", path="gaps")
    assert query(page) == {"as_of": "2026-03-14T05:00:00Z"}
    says(page, f"{told['Open gaps']} open gaps")
    first = rows(sample, f"select worker_id from gaps where {still}")
    assert {row["Worker"] for row in table_rows(table(page, "gaps"))} <= {worker for (worker,) in first}

    press(page.get_by_role("button", name="Back to the newest report"))
    assert query(page) == {}
    says(page, f"{newest['Open gaps']} open gaps")
    open_page(page, "Overview", path="")
    assert {label: figure(page, label) for label in FIGURES} == newest
    assert headline(page).inner_text() == headlines[0]


def test_a_stale_account_to_its_person_and_evidence(page: Page, served: str, sample: Path) -> None:
    visit(page, served)
    leavers = rows(
        sample,
        "select account_id, worker_id, staged_workers.full_name, ended_at, ended_by, logins_after, last_login_at"
        " from stale_accounts join staged_workers using (worker_id) join staged_lms_accounts using (account_id)"
        " where kind = 'stale' and is_open"
        " order by is_within_sla, logins_after desc, days_active desc, account_id",
    )
    assert figure(page, "Active leavers") == f"{len(leavers):,}"
    press(page.get_by_role("link", name="See the accounts"))
    page.wait_for_url("**/accounts*")
    says(page, f"{len(leavers):,} leaver accounts can still log in")

    account, worker, name, ended_at, ended_by, logins, last_login = leavers[0]
    first = table_rows(table(page, "stale"))[0]
    assert (first["Account"], first["Worker"], first["Name"]) == (account, worker, name)
    assert first["Ended by"] == ended_by.replace("_", " ").capitalize()
    assert first["Logins after leaving"] == str(logins)
    with page.expect_download() as taken:
        page.get_by_role("button", name=f"Download all {len(leavers)} rows (CSV)").click()
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    taken_along = [
        (row["account_id"], row["worker_id"], row["ended_at"], row["ended_by"], row["logins_after"])
        for row in csv.DictReader(io.StringIO(text))
    ]
    assert taken_along == [(one, who, str(at), by, str(used)) for one, who, _, at, by, used, _ in leavers]

    pick_row(table(page, "stale"), 1)
    press(page.get_by_role("link", name=f"See {name} ({worker}) on one time axis"))
    page.wait_for_url("**/worker*")
    expect(headline(page)).to_have_text(f"{name} ({worker})")
    zone = ZoneInfo(scalar(sample, _ZONE.format(worker=worker)))

    def local(instant: dt.datetime) -> str:
        return f"{instant.replace(tzinfo=dt.UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"

    turn_to_tab(page, "Roles and accounts")
    accounts = {row["Account"]: row for row in table_rows(table(page, "worker accounts"))}
    assert accounts[account]["Status"] == "Active"
    assert accounts[account]["Last login"] == local(last_login)
    assert last_login > ended_at
    turn_to_tab(page, "Answers to HR events")
    ended = [
        row
        for row in table_rows(table(page, "worker answers"))
        if row["Action"] == "Deactivate account" and row["Effective"] == local(ended_at)
    ]
    assert [(row["HR event"], row["Verdict"]) for row in ended] == [(first["Ended by"], "Missing")]
