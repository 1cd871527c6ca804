"""The frame around every page: who looks, navigation, scope, what is looked at and whether it can be trusted.

Owns the order in which a page comes about, and the lines above and under its title. Pages call ``view``, ``title``,
``link`` and ``go``; only ``app.py`` calls ``run``.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Final

import duckdb
import streamlit as st

from gapwatch.config import Settings, load_settings
from gapwatch.dashboard import entrance, refusals, sidebar, trust, words
from gapwatch.dashboard.addresses import PAGES, go, link, opened_by, page
from gapwatch.dashboard.answers import View, open_reader
from gapwatch.dashboard.state import Scope
from gapwatch.dashboard.theme import STYLE, palette
from gapwatch.errors import GapwatchError
from gapwatch.viewers import Viewer

__all__ = ["go", "link", "not_narrowed", "run", "title", "view"]

_log = logging.getLogger(__name__)
_VIEW: Final = "_view"
_BEGUN: Final = "_begun"  # whether the page of this rerun has its headline


def run() -> None:
    """Draw the page that the URL names. Called once per rerun by ``app.py``."""
    st.set_page_config(page_title="gapwatch", page_icon=":material/fact_check:", layout="wide")
    st.html(STYLE)
    st.session_state[_BEGUN] = False
    chosen = st.navigation([page(url) for url in PAGES], position="hidden")
    try:
        settings = _settings()
        viewer = entrance.viewer(settings)
        if viewer is None:
            return
        _sent_on(chosen, settings, viewer)
        entrance.forget_wanted()
        scope, problems = _scope(settings, viewer)
        if viewer.sites and scope.site is not None and scope.site not in viewer.sites:
            refusals.not_this_site(scope.site, viewer)
            return
        reader, stamp = open_reader(settings, scope, viewer)
        shown = View(settings, scope, reader, stamp, palette(st.context.theme.type), viewer)
        shown = replace(shown, logged=_logged(shown))
        entrance.log(settings, viewer, did="opened", page=chosen.url_path, scope=shown.logged, run_id=reader.run.run_id)
    except GapwatchError as error:
        refusals.failed(error)
        return
    except duckdb.Error as error:
        _failed(error, chosen.url_path, "")
        return
    st.session_state[_VIEW] = shown
    _draw(chosen, shown, problems)


def _draw(chosen: st.Page, shown: View, problems: list[str]) -> None:
    try:
        with st.sidebar:
            sidebar.draw(shown, chosen.url_path)
        for problem in problems:
            st.warning(problem, icon=":material/link_off:")
        if chosen.url_path in opened_by(shown.viewer):
            chosen.run()
        else:
            refusals.not_this_page(PAGES[chosen.url_path].label, shown)
    except GapwatchError as error:
        refusals.failed(error)
    except Exception as error:
        _failed(error, chosen.url_path, shown.run.run_id)


def _failed(error: Exception, page_name: str, run_id: str) -> None:
    """Whatever it is, a reader gets words and a way on; the log gets the trace, never the rows."""
    _log.error("page_failed page=%s run_id=%s", page_name, run_id, exc_info=error)
    lacking = refusals.missing(error) if isinstance(error, duckdb.Error) else ""
    if lacking:
        refusals.built_otherwise(lacking, is_begun=bool(st.session_state[_BEGUN]))
        return
    if not st.session_state[_BEGUN]:
        st.title("This page could not be drawn", anchor=False)
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


def title(text: str, shown: View, *, told: str = "", intro: str = "", with_trust: bool = True) -> None:
    """The page's headline, above it what is looked at (organisation, scope, as-of and known-at, report), and under it
    how old the data is and which sources are not as promised; a page that says so itself leaves ``with_trust`` out.
    ``told`` defines its figures and says where their rows are.
    """
    st.caption(_looking_at(shown))
    st.title(words.plain(text), anchor=False, help=told or None)
    st.session_state[_BEGUN] = True
    if with_trust:
        st.caption(trust.brief(shown))
    if intro:
        st.markdown(intro)


def not_narrowed(shown: View, question: str) -> None:
    """Say which filters of the scope these figures do not take, where there are any."""
    ignored = shown.beyond(question)
    if ignored:
        named = words.joined([sidebar.LABELS[name][0].lower() for name in ignored])
        st.caption(f":material/filter_alt_off: Not narrowed by {named}: these rows have none.")


def _sent_on(chosen: st.Page, settings: Settings, viewer: Viewer) -> None:
    """Go to the page that a link named before sign-in led away from it, or from a front page that the role does not
    open to one that it does. Going there ends this run.
    """
    if chosen.url_path != "" or settings.sign_in is None:
        return
    told = entrance.wanted()
    if told is not None and told[0] in PAGES and any(told):
        st.switch_page(page(told[0]), query_params=told[1])
    pages = opened_by(viewer)
    if "" not in pages:
        st.switch_page(page(next(iter(pages))), query_params=st.query_params.to_dict())


def _scope(settings: Settings, viewer: Viewer) -> tuple[Scope, list[str]]:
    """What the address asks for; somebody with a single site sees that one."""
    scope, problems = Scope.from_query(st.query_params.to_dict(), zone=settings.organisation.timezone)
    if len(viewer.sites) == 1 and scope.site is None:
        scope = scope.with_(site=viewer.sites[0])
    return scope, problems


def _settings() -> Settings:
    named = os.environ.get("GAPWATCH_CONFIG", "gapwatch.toml")
    path = Path(named)
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _loaded(str(path), stamp)


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded(path: str, stamp: int) -> Settings:  # noqa: ARG001 (the stamp keys the cache)
    return load_settings(Path(path))


def _logged(shown: View) -> dict[str, str]:
    """As-of, known-at and the filters that the data knows: what else stands in an address may name somebody."""
    query = shown.scope.to_query()
    known = sidebar.options(shown)
    kept: dict[str, str] = {name: query[name] for name in ("as_of", "known_at") if name in query}
    for name, value in shown.scope.narrowed().items():
        is_known = bool(((known["dimension"] == name) & (known["value"] == value)).any())
        kept[name] = value if is_known else "not in this data"
    return kept


def _looking_at(shown: View) -> str:
    parts = [words.plain(shown.run.organisation_name)]
    known = sidebar.options(shown)
    for name, value in shown.scope.narrowed().items():
        match = known[(known["dimension"] == name) & (known["value"] == value)]["label"]
        parts.append(words.plain(sidebar.option(name, value, str(match.iloc[0]) if len(match) else value)))
    if "site" not in shown.scope.narrowed():
        mine = words.joined([words.plain(site) for site in shown.viewer.sites])
        parts.insert(1, mine or "all sites")
    told = f"as of {shown.as_of_words()}"
    if shown.run.known_at != shown.run.as_of:
        told += f", known by {words.moment(shown.run.known_at, shown.zone)}"
    return " · ".join([*parts, told, f"report {shown.run.run_id.rsplit('-', 1)[-1][:6]}"])
