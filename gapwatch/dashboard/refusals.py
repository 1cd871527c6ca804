"""What a reader sees instead of a page: in words, with what to do. Shows no row and no trace."""

from __future__ import annotations

import re
from typing import Final

import duckdb
import streamlit as st

from gapwatch.dashboard import words
from gapwatch.dashboard.addresses import link, opened_by
from gapwatch.dashboard.answers import View
from gapwatch.errors import ConfigurationError, GapwatchError, NothingPublished, NotPermitted
from gapwatch.viewers import Viewer

# DuckDB's words for a table or column that a statement names and the file does not hold; nothing else of them is shown
_TABLE: Final = re.compile(r"(?:Table|View) with name \"?([\w.]+)\"? does not exist")
_COLUMN: Final = re.compile(r"[Cc]olumn (?:named )?\"(\w+)\" (?:in \w+ list )?not found|have a column named \"(\w+)\"")


def failed(error: GapwatchError) -> None:
    """Nothing could be opened, and why."""
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
    if isinstance(error, NotPermitted):
        st.title("Your role does not show this", anchor=False)
    elif isinstance(error, ConfigurationError):
        st.title("The configuration cannot be read", anchor=False)
    else:
        st.title("This day cannot be shown" if past else "This cannot be shown", anchor=False)
    st.error(words.plain(words.sentence_case(error.what)), icon=":material/error:")
    if error.where and isinstance(error, NotPermitted):
        st.markdown(f"**Your period:** {words.plain(words.dated(error.where))}")
    elif error.where:
        st.markdown(f"**Where:** {words.plain(error.where)}")
    if error.do:
        st.markdown(f"**What to do:** {words.plain(error.do)}")
    if past:
        st.button("Back to the newest report", on_click=st.query_params.clear, type="primary")


def missing(error: duckdb.Error) -> str:
    """What the report lacks for that statement, in words; empty when something else failed."""
    table, column = _TABLE.search(str(error)), _COLUMN.search(str(error))
    if table:
        return f"the table {table[1]}"
    return f"the column {column[1] or column[2]}" if column else ""


def built_otherwise(lacking: str, *, is_begun: bool) -> None:
    """The report lacks what this version's pages read; ``is_begun``: the page has its headline already."""
    if not is_begun:
        st.title("This report was built by another version", anchor=False)
    st.error(
        f"The report has not got {words.plain(lacking)}, which this page reads: another version of gapwatch built it.",
        icon=":material/update:",
    )
    st.markdown("**What to do:** build the report anew with this version, then reload this page:")
    st.code("gapwatch run", language="bash")


def not_this_page(label: str, shown: View) -> None:
    """The viewer's role does not open that page."""
    st.title(f"{label} is not part of your role", anchor=False)
    st.markdown(f"The roles file gives you the role **{shown.viewer.role.replace('_', ' ')}**. It opens:")
    for url, entry in opened_by(shown.viewer).items():
        link(url, entry.label, shown, icon=entry.icon)


def not_this_site(site: str, viewer: Viewer) -> None:
    """The address names a site that is not the viewer's."""
    st.title(f"{words.plain(site)} is not among your sites", anchor=False)
    mine = words.joined([f"**{words.plain(own)}**" for own in viewer.sites])
    st.markdown(f"Your role shows {mine}; this address asks for another site, so there is nothing to show.")
    st.button("Show what is mine", on_click=st.query_params.clear, type="primary")
