"""How fast the dashboard is with many workers: a published company, served, and clicked through in Chromium.

Owns the clock: cold start, each page after a click on its name, what is looked up on it (a gap's worker, five names, a
role's holders), and a change of filter on each page, all with answers that nobody has asked for before. The company is
``gapwatch.bench.company``'s. Run with ``python -m gapwatch.bench.pages --workers 200000``; needs Playwright and
Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from gapwatch.bench.company import count_rows, generate_company
from gapwatch.checks import run_checks
from gapwatch.feeds import FEEDS
from gapwatch.identity import create_candidates
from gapwatch.loaders.convert import landed_columns
from gapwatch.modelling import all_models, build_models, models_after_checks
from gapwatch.modelling.graph import inputs

if TYPE_CHECKING:
    from playwright.sync_api import Page

COLD_START: Final = 5.0  # seconds from starting ``gapwatch serve`` to the overview
PAGE: Final = 1.5  # from the click on a page's name
FILTER: Final = 0.7  # from the choice of a site
_RUN: Final = "generated"
_PATIENCE: Final = 120_000  # milliseconds
_BUILT: Final = ("state", "gaps", "health", "scope")
_SYSTEM_CHROMIUM: Final = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))
# Streamlit says on its outermost element whether the script runs. A change counts from when the browser has drawn what
# came before it and is free to answer the next click.
_WATCH: Final = """
() => {
  window.gapwatchRuns = [];
  const note = () => {
    const app = document.querySelector('[data-testid=stApp]');
    const state = app && app.dataset.testScriptState;
    if (state) requestAnimationFrame(() => setTimeout(() => window.gapwatchRuns.push([performance.now(), state]), 0));
  };
  addEventListener('pointerdown', () => { window.gapwatchClicked = performance.now(); }, true);
  new MutationObserver(note).observe(document,
    {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
}
"""
# idle for 300 ms since the last change, and nothing left that is about to be replaced; the instant it became idle
_DONE: Final = """
(since) => {
  const runs = (window.gapwatchRuns || []).filter(([at]) => at >= since);
  if (!runs.length || runs.at(-1)[1] !== 'notRunning' || performance.now() - runs.at(-1)[0] < 300) return null;
  if (document.querySelector('[data-stale=true]') || !document.querySelector('h1')) return null;
  return runs.at(-1)[0];
}
"""
_POLLING: Final = 50  # milliseconds


@dataclass(frozen=True)
class Clicked:
    """One thing measured: seconds until the page could be used again, each time; ``bound`` is what it may take."""

    what: str
    seconds: tuple[float, ...]
    bound: float

    @property
    def is_met(self) -> bool:
        """Whether the slowest was within the bound."""
        return max(self.seconds) <= self.bound


def make_company(folder: Path, *, workers: int, say: Callable[[str], None]) -> Path:
    """A folder with a published generation of that many workers; returns its gapwatch.toml."""
    generations = folder / "warehouse" / "generations"
    generations.mkdir(parents=True)
    started = time.perf_counter()
    with duckdb.connect(str(generations / f"{_RUN}.duckdb")) as connection:
        generate_company(connection, workers=workers)
        for feed in FEEDS:
            rows = count_rows(connection, f"staged_{feed}")
            counted = "update loads set rows_read = ?, rows_accepted = ?, rows_rejected = 0 where feed = ?"
            connection.execute(counted, [rows, rows, feed])
        connection.execute("alter table sources add column if not exists owner varchar")
        connection.execute("alter table run_parameters add column if not exists licence_price_per_month double")
        connection.execute("alter table run_parameters add column if not exists licence_currency varchar")
        models = {name: model for name, model in all_models().items() if model.folder in _BUILT}
        present = {row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()}
        wanted = inputs(models) | {f"landed_{feed}" for feed in FEEDS}
        for name in sorted(wanted - present):
            columns = ", ".join(f"{column} {kind}" for column, kind in landed_columns(name.removeprefix("landed_")))
            connection.execute(f'create table "{name}" ({columns})')
        build_models(connection, models, progress=say)
        create_candidates(connection)
        run_checks(connection)
        build_models(connection, models_after_checks())
        gaps = count_rows(connection, "gaps")
    (folder / "warehouse" / "current").write_text(f"{_RUN}\n", encoding="utf-8")
    (folder / "gapwatch.toml").write_text('[organisation]\nname = "Generated"\n', encoding="utf-8")
    say(f"{workers:,} workers, {gaps:,} gaps, built in {time.perf_counter() - started:.0f} s")
    return folder / "gapwatch.toml"


def measure(config: Path, *, turns: int, say: Callable[[str], None]) -> list[Clicked]:
    """Serve that company and click. Each turn starts a new server, so that no answer is one from before."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    chromium = next((path for path in _SYSTEM_CHROMIUM if path.is_file()), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for turn in range(turns):
            with _served(config) as (address, started):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(_PATIENCE)
                page.add_init_script(f"({_WATCH})()")
                until_asked = time.perf_counter() - started
                found.setdefault("cold start", []).append(until_asked + _open(page, address))
                for name, seconds in _clicks(page, site=turn, names=_names(config)):
                    found.setdefault(name, []).append(seconds)
                    say(f"{name}: {seconds:.2f} s")
                page.close()
        browser.close()
    return [Clicked(name, tuple(seconds), _bound(name)) for name, seconds in found.items()]


def _bound(name: str) -> float:
    if name == "cold start":
        return COLD_START
    return FILTER if name.startswith("filter") else PAGE


def _names(config: Path) -> list[str]:
    """Five workers with open gaps."""
    generation = config.parent / "warehouse" / "generations" / f"{_RUN}.duckdb"
    with duckdb.connect(str(generation), read_only=True) as connection:
        sql = "select distinct worker_id from gaps where closed_at is null order by md5(worker_id) limit 5"
        return [str(row[0]) for row in connection.execute(sql).fetchall()]


def _clicks(page: Page, *, site: int, names: list[str]) -> Iterator[tuple[str, float]]:
    sidebar = page.locator("[data-testid=stSidebar]")
    labels = [label.strip() for label in sidebar.locator("[data-testid=stPageLink]").all_inner_texts()]
    pages = [label.splitlines()[-1] for label in labels if label]
    for name in [*pages[1:], pages[0]]:
        link = sidebar.get_by_role("link", name=name, exact=True)
        yield f"page {name}", _timed(page, link.click)
        if name in _LOOKED_UP:
            yield from _LOOKED_UP[name](page, names)
        clear = sidebar.get_by_role("button", name="Clear filters")
        if clear.count():
            _timed(page, clear.click)
        if sidebar.get_by_role("combobox", name="Site").count():
            sidebar.get_by_role("combobox", name="Site").click()
            option = page.get_by_role("option").nth(site)
            yield f"filter {name}", _timed(page, option.click)
            _timed(page, clear.click)


def _look_at_gap(page: Page, _: list[str]) -> Iterator[tuple[str, float]]:
    rows = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    yield "page Gaps, a gap", _timed(page, lambda: rows.click(position={"x": 16, "y": 52}))
    yield "page Worker, of a gap", _timed(page, page.get_by_role("link", name="on one time axis").click)
    sidebar = page.locator("[data-testid=stSidebar]")
    _timed(page, sidebar.get_by_role("link", name="Gaps", exact=True).click)


def _look_up_names(page: Page, names: list[str]) -> Iterator[tuple[str, float]]:
    page.get_by_role("textbox", name="Names or worker IDs").fill("\n".join(names))
    yield "page Survey, five names", _timed(page, page.get_by_role("button", name="Look them up").click)
    for name in names:
        page.get_by_text(name).first.wait_for()


def _look_at_role(page: Page, _: list[str]) -> Iterator[tuple[str, float]]:
    main = page.locator("[data-testid=stMain]")
    main.get_by_role("combobox", name="Site").click()
    yield "page Incident, a site", _timed(page, page.get_by_role("option").nth(1).click)
    main.get_by_role("combobox", name="Role").click()
    yield "page Incident, a role", _timed(page, page.get_by_role("option").nth(1).click)


_LOOKED_UP: Final = {"Gaps": _look_at_gap, "Survey": _look_up_names, "Incident": _look_at_role}


def _open(page: Page, address: str) -> float:
    """Seconds from asking for the address until it can be used."""
    page.goto(address, wait_until="commit")
    return float(page.wait_for_function(_DONE, arg=0, polling=_POLLING).json_value()) / 1000


def _timed(page: Page, act: Callable[[], object]) -> float:
    """Seconds from the click that ``act`` makes until the page can be used."""
    since = page.evaluate("() => performance.now()")
    act()
    done = page.wait_for_function(_DONE, arg=since, polling=_POLLING).json_value()
    return float(done - page.evaluate("() => window.gapwatchClicked")) / 1000


@contextmanager
def _served(config: Path) -> Iterator[tuple[str, float]]:
    """A dashboard that answers: its address and the instant (perf_counter) at which it was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gapwatch", "serve", "--config", str(config), "--port", str(port)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as server:
        try:
            while True:
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()  # noqa: S310 (loopback)
                    break
                except OSError:
                    if server.poll() is not None:
                        raise
                    time.sleep(0.05)
            yield address, started
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def main() -> int:
    """Print a table, or JSON with ``--format json``; 1 when a bound is not met."""
    parser = argparse.ArgumentParser(prog="python -m gapwatch.bench.pages", description=__doc__)
    parser.add_argument("--workers", type=int, default=200_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keep the company there, or take the one that is there")
    parser.add_argument("--format", choices=("table", "json"), default="table")
    told = parser.parse_args()

    def say(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    with tempfile.TemporaryDirectory(prefix="gapwatch-bench-") as passing:
        folder = told.folder or Path(passing) / "company"
        config = folder / "gapwatch.toml"
        if not config.is_file():
            shutil.rmtree(folder / "warehouse", ignore_errors=True)
            make_company(folder, workers=told.workers, say=say)
        measured = measure(config, turns=told.turns, say=say)
    if told.format == "json":
        rows = [asdict(clicked) | {"is_met": clicked.is_met} for clicked in measured]
        sys.stdout.write(json.dumps({"workers": told.workers, "measured": rows}, indent=2) + "\n")
    else:
        for clicked in measured:
            middle, most = statistics.median(clicked.seconds), max(clicked.seconds)
            verdict = "met" if clicked.is_met else "NOT MET"
            sys.stdout.write(
                f"{clicked.what:30} {middle:6.2f} s, at most {most:6.2f} of {clicked.bound} s  {verdict}\n"
            )
    return 0 if all(clicked.is_met for clicked in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
