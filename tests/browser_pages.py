"""Moving about in the dashboard with a browser: opening an address, acting, waiting until it is drawn, reading it.

Owns what "drawn" means: every run of the script that the page asked for has begun and ended, the browser has shown what
came of it, and has nothing left to do. Nothing here waits for a length of time alone; each wait ends after a minute.
"""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

SLOW: Final = 120_000  # milliseconds; a busy machine: a page is otherwise there within two seconds
SHORT: Final = 15_000  # for what answers within the browser; after that it is tried once more
TRIES: Final = 5
DESKTOP: Final = 1280
PHONE: Final = 390

# Streamlit and its page talk over a web socket: what the page asks (field 11 of its message: run the script) and what
# it is told (field 4: a run has begun; field 6: it has ended) is counted as it passes.
_WATCH: Final = """
(() => {
  const seen = window.gapwatchSeen = {asked: 0, waiting: false, begun: 0, ended: 0, rest: null};
  const kind = (told) => {
    const bytes = new Uint8Array(told.buffer ?? told, told.byteOffset ?? 0, told.byteLength);
    let at = 0;
    const number = () => {
      let value = 0, shift = 0, byte;
      do { byte = bytes[at++]; value |= (byte & 127) << shift; shift += 7; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = number();
      if (tag >> 3 > 2) return tag >> 3;  // fields 1 and 2 are about the message itself
      const length = number();
      if ((tag & 7) === 2) at += length;
    }
    return 0;
  };
  const heard = (event) => {
    const told = kind(event.data);
    if (told === 4) { seen.begun += 1; seen.waiting = false; }
    if (told === 6) seen.ended = seen.begun;
    seen.rest = null;
  };
  const known = new WeakSet(), send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data !== 'string') {
      if (!known.has(this)) { known.add(this); this.addEventListener('message', heard); }
      if (kind(data) === 11) { seen.asked += 1; seen.waiting = true; seen.rest = null; }
    }
    return send.call(this, data);
  };
})();
"""
# At rest for as long as nothing comes, and the browser has found time to idle in between.
_DRAWN: Final = """
() => {
  const seen = window.gapwatchSeen, app = document.querySelector('[data-testid=stApp]');
  const all = (what, part) => [...document.querySelectorAll(what)].every(
    (one) => one.querySelector(part) || !one.checkVisibility());
  const done = seen && app && seen.asked && !seen.waiting && seen.begun === seen.ended
    && app.dataset.testScriptState === 'notRunning' && app.dataset.testConnectionState === 'CONNECTED'
    && [...document.querySelectorAll('h1')].some((one) => one.checkVisibility())
    && !document.querySelector(
      '[data-stale=true], [data-testid=stStatusWidget], [data-testid=stSkeleton], [data-testid=stSpinner]')
    && all('[data-testid=stPlotlyChart]', '.main-svg') && all('[data-testid=stDataFrame]', 'canvas');
  if (!done) { if (seen) seen.rest = null; return false; }
  if (!seen.rest) {
    const rest = seen.rest = {since: performance.now(), idle: false};
    requestIdleCallback(() => { rest.idle = true; });
  }
  return seen.rest.idle && performance.now() - seen.rest.since > 150;
}
"""
_PARTS: Final = ("year", "month", "day")
_ASKED: Final = "() => window.gapwatchSeen.asked"
_ASKED_MORE: Final = "(before) => window.gapwatchSeen.asked > before"


def new_context(browser: Browser, *, theme: str = "light", width: int = DESKTOP) -> BrowserContext:
    """Cookies, storage and cache of one person, whose system prefers that theme (``light`` or ``dark``)."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(SLOW)
    context.add_init_script(_WATCH)
    return context


def visit(page: Page, address: str) -> None:
    """Open an address and wait until the page has finished drawing."""
    page.goto(address, wait_until="commit")
    settled(page)


def settled(page: Page) -> None:
    """Wait until the script has stopped, its last words are drawn, and the page has no more to ask."""
    page.wait_for_function(_DRAWN, polling=50, timeout=SLOW)
    assert page.locator("[data-testid=stException]").count() == 0


@contextmanager
def rerun(page: Page) -> Iterator[None]:
    """What is done within makes the script run once more: wait for that run and its drawing."""
    before = page.evaluate(_ASKED)
    yield
    page.wait_for_function(_ASKED_MORE, arg=before, polling=50, timeout=SLOW)
    settled(page)


def turn_to_tab(page: Page, name: str) -> None:
    """Show that tab of the page; its tables are drawn when it is."""
    page.get_by_role("tab", name=name).click()
    settled(page)


def press(target: Locator) -> None:
    """Click what makes the script run once more (a button, a link to another page), and wait until that is drawn."""
    with rerun(target.page):
        target.click()


def try_until_asked(page: Page, act: Callable[[], object]) -> None:
    """Act on a picture or a canvas, which may not take the first click; again until the script was asked to run."""
    for _ in range(TRIES):
        settled(page)
        before = page.evaluate(_ASKED)
        act()
        if _within(page, SHORT, before):
            settled(page)
            return
    raise AssertionError("the page asked for nothing, however often it was clicked")


def sidebar(page: Page) -> Locator:
    """The sidebar."""
    return page.locator("[data-testid=stSidebar]")


def open_page(page: Page, name: str, *, path: str) -> None:
    """Go to a page by its name in the sidebar."""
    press(sidebar(page).get_by_role("link", name=name, exact=True))
    page.wait_for_url(f"**/{path}*")


def choose(box: Locator, option: str | re.Pattern[str]) -> None:
    """Choose from a select box, until the page that is drawn then shows that choice in the box.

    A list goes away when its page is drawn anew; then it is opened again.
    """
    page = box.page
    for _ in range(TRIES):
        settled(page)
        before = page.evaluate(_ASKED)
        try:
            if box.get_attribute("aria-expanded") != "true":
                box.click(timeout=SHORT)
            wanted = page.get_by_role("option", name=option)
            text = wanted.inner_text(timeout=SHORT)
            wanted.click(timeout=SHORT)
        except Error:  # it was detached, or never came
            page.keyboard.press("Escape")
            continue
        _within(page, SHORT, before)
        settled(page)
        if box.input_value() == text:
            return
    raise AssertionError(f"the select box never showed {option}")


def choose_day(page: Page, label: str, day: dt.date) -> None:
    """Choose a day in a date box's calendar, from the month it shows, until the page that is drawn then shows it."""
    field = page.get_by_test_id("stDateInput").filter(has_text=label)
    calendar = page.get_by_test_id("stDateInputCalendar")
    for _ in range(TRIES):
        settled(page)
        before = page.evaluate(_ASKED)
        try:
            if not calendar.count():
                field.get_by_role("spinbutton", name="day").click(timeout=SHORT)
            _turn_to(calendar, day)
            calendar.get_by_role("button", name=f"{day:%B} {day.day}, {day.year}").click(timeout=SHORT)
        except Error:  # as above
            page.keyboard.press("Escape")
            continue
        _within(page, SHORT, before)
        settled(page)
        if _shows(field, day):
            return
    raise AssertionError(f"{label} never showed {day}")


def _turn_to(calendar: Locator, day: dt.date) -> None:
    said = calendar.get_by_role("heading").first.inner_text(timeout=SHORT)
    shown = dt.datetime.strptime(said.rpartition(", ")[2], "%B %Y").replace(tzinfo=dt.UTC)
    months = 12 * (day.year - shown.year) + day.month - shown.month
    for _ in range(abs(months)):
        calendar.get_by_role("button", name="Next month" if months > 0 else "Previous month").click(timeout=SHORT)


def _shows(field: Locator, day: dt.date) -> bool:
    told = [field.get_by_role("spinbutton", name=part).get_attribute("aria-valuenow") for part in _PARTS]
    return told == [str(day.year), str(day.month), str(day.day)]


def table(page: Page, name: str) -> Locator:
    """The table of that name, as screen readers are told it."""
    named = page.locator(f"[role=region][aria-label='Table: {name}']")
    return page.locator("[data-testid=stDataFrame]").filter(has=named)


def table_rows(shown: Locator) -> list[dict[str, str]]:
    """The rows of a table that are in sight, by heading, as a screen reader reads them; those come a moment after the
    picture. Cells hold plain values: instants local and to the second, numbers as shown.
    """
    expect(shown.locator("canvas [role=gridcell]")).not_to_have_count(0, timeout=SLOW)
    read: list[list[str]] = shown.evaluate(
        "(one) => [...one.querySelectorAll('canvas [role=row]')].map("
        "(row) => [...row.children].map((cell) => cell.textContent))"
    )
    return [dict(zip(read[0], row, strict=True)) for row in read[1:]]


def pick_row(shown: Locator, number: int) -> None:
    """Mark that row of a table, counted from 1."""
    scroller = shown.locator(".dvn-scroller")
    scroller.scroll_into_view_if_needed()
    try_until_asked(shown.page, lambda: scroller.click(position={"x": 16, "y": 17 + 35 * number}))


def query(page: Page) -> dict[str, str]:
    """The query parameters of the address."""
    return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(page.url).query))


def headline(page: Page) -> Locator:
    """The page's headline."""
    return page.locator("h1").first


def says(page: Page, text: str) -> None:
    """The headline holds that text, now or when the page is drawn."""
    expect(headline(page)).to_contain_text(text, timeout=SLOW)


def figure(page: Page, label: str) -> str:
    """The overview's figure with that label."""
    return page.locator("[data-testid=stMetric]", has_text=label).locator("[data-testid=stMetricValue]").inner_text()


def _within(page: Page, patience: int, before: int) -> bool:
    """Whether the page asked for a run of the script, after ``before`` of them, in that time."""
    try:
        page.wait_for_function(_ASKED_MORE, arg=before, polling=50, timeout=patience)
    except Error:
        return False
    return True
