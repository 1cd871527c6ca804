"""The frame around every page: navigation, scope, what is looked at and whether it can be trusted.

Owns the sidebar, the line under the title and links between pages. Pages call ``view``, ``title`` and
``link``; only ``app.py`` calls ``run``.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from dataclasses import fields
from pathlib import Path
from typing import Final

import streamlit as st

from gapwatch.config import Settings, load_settings
from gapwatch.dashboard import words
from gapwatch.dashboard.answers import View, open_reader
from gapwatch.dashboard.state import DIMENSIONS, Scope, day_of
from gapwatch.dashboard.theme import STYLE, palette
from gapwatch.errors import ConfigurationError, GapwatchError, NothingPublished

_log = logging.getLogger(__name__)
_FOLDER: Final = Path(__file__).parent / "pages"
PAGES: Final = {
    "": ("overview.py", "Overview", ":material/overview:"),
    "gaps": ("gaps.py", "Gaps", ":material/running_with_errors:"),
    "worker": ("worker.py", "Worker", ":material/person_search:"),
    "events": ("events.py", "HR events", ":material/swap_horiz:"),
    "accounts": ("accounts.py", "Accounts", ":material/key:"),
    "health": ("health.py", "Integration health", ":material/monitor_heart:"),
}
_LABELS: Final = {
    "site": ("Site", "All sites"),
    "department": ("Department", "All departments"),
    "authority": ("Authority", "All authorities"),
    "owner": ("Who must act", "Everyone"),
    "severity": ("Severity", "All severities"),
    "employment_type": ("Employment type", "All types"),
}
_VIEW: Final = "_view"


def run() -> None:
    """Draw the page that the URL names. Called once per rerun by ``app.py``."""
    st.set_page_config(page_title="gapwatch", page_icon=":material/fact_check:", layout="wide")
    st.html(STYLE)
    chosen = st.navigation(
        [_page(url, icon=icon, title=title) for url, (_, title, icon) in PAGES.items()], position="hidden"
    )
    try:
        settings = _settings()
        zone = settings.organisation.timezone
        scope, problems = Scope.from_query(st.query_params.to_dict(), zone=zone)
        reader, stamp = open_reader(settings, scope)
    except GapwatchError as error:
        _failed(error)
        return
    view = View(settings, scope, reader, stamp, palette(st.context.theme.type))
    st.session_state[_VIEW] = view
    with st.sidebar:
        _navigation(view)
        _scope_controls(view)
    for problem in problems:
        st.warning(problem, icon=":material/link_off:")
    try:
        chosen.run()
    except GapwatchError as error:
        _failed(error)
    except Exception:
        # whatever it is, a reader gets words and a way on; the log gets the trace, never the rows
        _log.exception("page_failed page=%s run_id=%s", chosen.url_path, reader.run.run_id)
        st.error(
            "This page could not be drawn: something inside gapwatch failed. The other pages may still work. "
            "The trace is in the log of gapwatch serve; gapwatch doctor checks the installation.",
            icon=":material/error:",
        )


def view() -> View:
    """The view of this rerun, for pages."""
    found = st.session_state[_VIEW]
    assert isinstance(found, View)  # noqa: S101 (set by run before any page is drawn)
    return found


def title(text: str, shown: View, *, intro: str = "") -> None:
    """The page's headline, and under it what is looked at: organisation, scope, as-of and known-at."""
    st.caption(_looking_at(shown))
    st.title(words.plain(text), anchor=False)
    if intro:
        st.markdown(intro)


def link(url: str, label: str, shown: View, *, icon: str | None = None, **parameters: str | None) -> None:
    """A link to a page that keeps as-of and scope and adds those query parameters."""
    query = shown.scope.to_query() | {key: value for key, value in parameters.items() if value is not None}
    st.page_link(_page(url), label=label, icon=icon, query_params=query)


def go(url: str, shown: View, **parameters: str) -> None:
    """Open another page, keeping as-of and scope."""
    st.switch_page(_page(url), query_params=shown.scope.to_query() | parameters)


def not_narrowed(shown: View, question: str) -> None:
    """Say which filters of the scope these figures do not take, where there are any."""
    ignored = shown.beyond(question)
    if ignored:
        named = words.joined([_LABELS[name][0].lower() for name in ignored])
        st.caption(f":material/filter_alt_off: Not narrowed by {named}: these rows have none.")


def _page(url: str, *, title: str | None = None, icon: str | None = None) -> st.Page:
    file = PAGES[url][0]
    return st.Page(_FOLDER / file, title=title or PAGES[url][1], icon=icon, url_path=url or None, default=url == "")


def _settings() -> Settings:
    named = os.environ.get("GAPWATCH_CONFIG", "gapwatch.toml")
    path = Path(named)
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _loaded(str(path), stamp)


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded(path: str, stamp: int) -> Settings:  # noqa: ARG001 (the stamp keys the cache)
    return load_settings(Path(path))


def _navigation(shown: View) -> None:
    st.markdown(f"**gapwatch** · {words.plain(shown.run.organisation_name)}")
    for url, (_, label, icon) in PAGES.items():
        link(url, label, shown, icon=icon)
    st.divider()


def _scope_controls(shown: View) -> None:
    scope, zone = shown.scope, shown.zone
    current = day_of(shown.run.as_of, zone=zone)
    st.session_state["control_as_of"] = current
    st.date_input(
        "As of",
        key="control_as_of",
        format="YYYY-MM-DD",
        on_change=_day_chosen,
        args=(scope, zone),
        help="The day the report speaks about, from 00:00 local time. What was true then, judged by what "
        "is known "
        "now, with the policy as it lies now.",
    )
    if scope.as_of is not None or scope.known_at is not None:
        st.button("Back to the newest report", on_click=_show, args=(scope.with_(as_of=None, known_at=None),))
    options = shown.ask("page_scope")
    for name in DIMENSIONS:
        label, everything = _LABELS[name]
        rows = options[options["dimension"] == name]
        labels = {
            str(value): _option(name, str(value), str(text))
            for value, text in zip(rows["value"], rows["label"], strict=True)
        }
        chosen = scope.filters()[name]
        if chosen is not None and chosen not in labels:
            labels[chosen] = f"{chosen} (not in this data)"
        st.session_state[f"control_{name}"] = chosen
        st.selectbox(
            label,
            list(labels),
            index=None,
            placeholder=everything,
            key=f"control_{name}",
            format_func=labels.__getitem__,
            on_change=_filter_chosen,
            args=(scope, name),
        )
    if scope.narrowed():
        st.button("Clear filters", on_click=_show, args=(scope.with_(**dict.fromkeys(DIMENSIONS)),))
    st.caption(
        f"Report {shown.run.run_id.rsplit('-', 1)[-1]}, policy {shown.run.policy_sha256[:8]}. "
        "The address of this page is the link to share."
    )


def _option(name: str, value: str, text: str) -> str:
    if name == "site":
        return value if text == value else f"{text} ({value})"
    if name == "owner":
        return words.said(words.OWNERS, value)
    return text.capitalize() if name in ("severity", "employment_type") else text


def _filter_chosen(scope: Scope, name: str) -> None:
    _show(scope.with_(**{name: st.session_state[f"control_{name}"]}))


def _day_chosen(scope: Scope, zone: str) -> None:
    from gapwatch.dashboard.state import instant

    day: dt.date | None = st.session_state["control_as_of"]
    if day is not None:
        _show(scope.with_(as_of=instant(day.isoformat(), zone=zone)))


def _show(scope: Scope) -> None:
    of_the_scope = {field.name for field in fields(Scope)}
    kept = {key: value for key, value in st.query_params.to_dict().items() if key not in of_the_scope}
    st.query_params.from_dict(kept | scope.to_query())


def _looking_at(shown: View) -> str:
    options = shown.ask("page_scope")
    parts = [words.plain(shown.run.organisation_name)]
    for name, value in shown.scope.narrowed().items():
        match = options[(options["dimension"] == name) & (options["value"] == value)]["label"]
        parts.append(words.plain(_option(name, value, str(match.iloc[0]) if len(match) else value)))
    if "site" not in shown.scope.narrowed():
        parts.insert(1, "all sites")
    known = words.moment(shown.run.known_at, shown.zone)
    told = f"as of {shown.as_of_words()}"
    if shown.run.known_at != shown.run.as_of:
        told += f", known by {known}"
    return " · ".join([*parts, told])


def _failed(error: GapwatchError) -> None:
    past = any(name in st.query_params for name in ("as_of", "known_at"))
    if isinstance(error, NothingPublished) and not past:
        st.title("No report yet", anchor=False)
        st.markdown(
            "gapwatch is set up, but no report has been published, so there is nothing to show. "
            "Build one, then reload this page:"
        )
        st.code("gapwatch run", language="bash")
        st.caption(words.plain(error.what))
        return
    if isinstance(error, ConfigurationError):
        st.title("The configuration cannot be read", anchor=False)
    else:
        st.title("This day cannot be shown" if past else "This cannot be shown", anchor=False)
    st.error(words.plain(error.what), icon=":material/error:")
    if error.where:
        st.markdown(f"**Where:** {words.plain(error.where)}")
    if error.do:
        st.markdown(f"**What to do:** {words.plain(error.do)}")
    if past:
        st.button("Back to the newest report", on_click=st.query_params.clear, type="primary")
