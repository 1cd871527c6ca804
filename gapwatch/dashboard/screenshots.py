"""Pictures of every page, as a person sees them: desktop and phone, light and dark.

    python -m gapwatch.dashboard.screenshots --out DIR [--config gapwatch.toml | --address URL] [--page NAME]

Owns serving the dashboard for the time it takes and driving Chromium (extra ``screenshots``; Debian's, else
Playwright's own). Looks only: presses nothing, writes nothing but the pictures.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gapwatch.errors import ConfigurationError, GapwatchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS: Final = (1280, 390)
THEMES: Final = ("light", "dark")
_CHROMIUM: Final = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"), Path("/usr/bin/google-chrome"))
_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_PATIENCE: Final = 60_000  # milliseconds, a page
_WINDOW: Final = 900
_TALLEST: Final = 12_000
# Streamlit says on its outermost element whether the script runs; a picture is taken when it has been idle, nothing is
# about to be replaced, and each figure and table in sight has been drawn, for 400 ms on end
_SETTLED: Final = """
() => {
  const open = (name) => [...document.querySelectorAll(`[data-testid=${name}]`)]
    .filter((one) => one.checkVisibility() && !one.closest('details:not([open])'));
  const app = document.querySelector('[data-testid=stApp]');
  const done = app && app.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton], [data-testid=stSpinner]')
    && open('stPlotlyChart').every((one) => one.querySelector('.main-svg'))
    && open('stDataFrame').every((one) => one.querySelector('canvas')) && document.fonts.status === 'loaded';
  if (!done) { window.gapwatchSince = undefined; return false; }
  window.gapwatchSince ??= performance.now();
  return performance.now() - window.gapwatchSince > 400;
}
"""
# a page that shows an exception, or the words for one that could not be drawn
_BROKEN: Final = """
() => [...document.querySelectorAll('[data-testid=stException], [data-testid=stAlertContentError]')]
  .map((one) => one.innerText.split('\\n').find((line) => line.includes(' ')) ?? 'an error')
"""
_HEIGHT: Final = "() => document.querySelector('[data-testid=stMain]').scrollHeight"


@dataclass(frozen=True)
class Picture:
    """One file, and what is wrong with the page on it: the first lines of its errors, none when it is well."""

    file: Path
    problems: tuple[str, ...]


def addresses(config: Path) -> dict[str, str]:
    """Each page by the name of its picture: its path and, where it shows nothing without one, a fitting query.

    Who is looked at comes from the published report: the people with most exposure.
    """
    from gapwatch.config import load_settings
    from gapwatch.dashboard.addresses import PAGES
    from gapwatch.reads import Reader

    found = {entry.file.removesuffix(".py"): url for url, entry in PAGES.items()}
    with Reader.open(load_settings(config).warehouse.path) as reader:
        people = [str(worker) for worker in reader.ask("page_worker_search")["worker_id"]]
        held = reader.ask("page_roles_held")
        failed = reader.ask("page_checks")
        requirements = reader.ask("page_policy_requirements")
    if people:
        found["worker"] += f"?worker={people[0]}"
        found["survey"] += f"?workers={';'.join(people[:5])}"
    if len(held):
        found["incident"] += f"?site={held['site'].iloc[0]}&role={held['job_code'].iloc[0]}"
    if len(failed):
        found["quality"] += f"?check={failed['check_id'].iloc[0]}"
    if len(requirements):
        found["policy"] += f"?requirement={requirements['requirement_id'].iloc[0]}"
    return found


def take(address: str, pages: dict[str, str], out: Path, *, browser: Browser) -> Iterator[Picture]:
    """Save ``<page>-<width>-<theme>.png`` of each page, whole from top to bottom, one after the other.

    Raises GapwatchError when a page does not come to rest within a minute.
    """
    out.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": _WINDOW},
                color_scheme="dark" if theme == "dark" else "light",
                device_scale_factor=1,
                reduced_motion="reduce",
            )
            opened = context.new_page()
            opened.set_default_timeout(_PATIENCE)
            for name, path in pages.items():
                yield _picture(opened, f"{address}/{path}", out / f"{name}-{width}-{theme}.png", width=width)
            context.close()


def _picture(opened: Page, address: str, file: Path, *, width: int) -> Picture:
    from playwright.sync_api import TimeoutError as TooLate

    try:
        opened.set_viewport_size({"width": width, "height": _WINDOW})
        opened.goto(address, wait_until="commit")
        opened.wait_for_function(_SETTLED)
        # the page scrolls inside its frame: as tall a window as the page shows all of it
        height = _WINDOW
        for _ in range(3):
            tall = min(max(int(opened.evaluate(_HEIGHT)), 600), _TALLEST)
            if tall == height:
                break
            height = tall
            opened.set_viewport_size({"width": width, "height": tall})
            opened.wait_for_function(_SETTLED)
        broken = opened.evaluate(_BROKEN)
        opened.screenshot(path=str(file), animations="disabled")
    except TooLate as error:
        raise GapwatchError(
            f"the page did not come to rest within {_PATIENCE // 1000} seconds",
            where=address,
            do="open it in a browser, and see what gapwatch serve says",
        ) from error
    return Picture(file, tuple(str(told) for told in broken))


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Raises ConfigurationError where the library or the browser is missing."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ConfigurationError(
            "screenshots need the library that drives a browser", do="pip install 'gapwatch[screenshots]'"
        ) from error
    found = next((path for path in _CHROMIUM if path.is_file()), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        except Error as error:
            raise ConfigurationError(
                f"Chromium does not start: {str(error).splitlines()[0]}",
                do="apt install chromium, or: playwright install --with-deps chromium",
            ) from error
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def served(config: Path) -> Iterator[str]:
    """The address of the dashboard on that configuration, served for as long as needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gapwatch", "serve", "--config", str(config), "--port", str(port)]
    # a group of its own, so that Streamlit below the command ends with it
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as one:
        try:
            _wait_for(f"http://127.0.0.1:{port}", one)
            yield f"http://127.0.0.1:{port}"
        finally:
            if one.poll() is None:
                os.killpg(one.pid, 15)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(360):
        if server.poll() is not None:
            raise GapwatchError("the dashboard ended before it answered", do="see what gapwatch serve says")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 (loopback)
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.25)
    raise GapwatchError("the dashboard did not answer in time", where=address, do="try gapwatch serve")


def main(arguments: Sequence[str] | None = None) -> int:
    """Take them all: the files on stdout, progress on stderr. Exit 1 when a page shows an error, 2 where the browser or
    the report is missing.
    """
    from streamlit.logger import set_log_level

    parser = argparse.ArgumentParser(prog="python -m gapwatch.dashboard.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--config", type=Path, default=Path("gapwatch.toml"), help="the settings file")
    parser.add_argument("--address", help="of a dashboard on that configuration that is already served")
    parser.add_argument("--page", action="append", help="only this page, like survey; may be repeated")
    options = parser.parse_args(arguments)
    # the pages' caches say that nothing serves them here; nobody needs to know
    set_log_level("ERROR")
    started, broken = time.perf_counter(), 0
    try:
        pages = addresses(options.config)
        wanted = {name: path for name, path in pages.items() if not options.page or name in options.page}
        if not wanted:
            raise ConfigurationError(f"there is no page {options.page[0]}", do=f"one of {', '.join(pages)}")
        number = len(wanted) * len(WIDTHS) * len(THEMES)
        server = contextlib.nullcontext(options.address) if options.address else served(options.config)
        with server as address, chromium() as browser:
            for at, taken in enumerate(take(str(address).rstrip("/"), wanted, options.out, browser=browser), start=1):
                sys.stdout.write(f"{taken.file}\n")
                sys.stdout.flush()
                told = "".join(f"; the page shows an error: {problem}" for problem in taken.problems)
                spent = time.perf_counter() - started
                sys.stderr.write(f"{at} of {number}, {spent:.0f} s: {taken.file.name}{told}\n")
                broken += bool(taken.problems)
    except GapwatchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
