"""Tables that are read a page at a time: only the rows that are shown leave the database.

Owns the page of rows in the address (``page``, counted from 1) and the way to those before and after. A page of the
dashboard has one such table.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from gapwatch.dashboard.answers import PAGE_ROWS, View


def pager(shown_rows: int, total_rows: int) -> None:
    """Which rows are shown, and the way to those before and after; the page is in the address as ``page``."""
    at = page_number()
    first = (at - 1) * PAGE_ROWS
    if total_rows <= PAGE_ROWS and at == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pager"):
        last = -(-total_rows // PAGE_ROWS)
        st.button(
            "Before",
            key="pager_before",
            disabled=at <= 1,
            on_click=_turn,
            args=(at - 1,),
            icon=":material/chevron_left:",
        )
        st.caption(f"Rows {first + 1:,} to {first + shown_rows:,} of {total_rows:,}")
        st.button(
            "After",
            key="pager_after",
            disabled=at >= last,
            on_click=_turn,
            args=(at + 1,),
            icon=":material/chevron_right:",
        )


def page_of(question: str, shown: View, **narrowed: object) -> pd.DataFrame | None:
    """The rows of a question that the address's page of the table shows; None, and a way back, where it has none."""
    rows = shown.ask(question, **place(), **narrowed)
    if rows.empty and page_number() > 1:
        st.info("There are no rows on this page of the table.", icon=":material/info:")
        st.button("To the first rows", on_click=to_first_rows)
        return None
    return rows


def place() -> dict[str, int]:
    """Which rows of a question the address's page of the table holds, as the question's parameters."""
    return {"row_limit": PAGE_ROWS, "row_offset": (page_number() - 1) * PAGE_ROWS}


def page_number() -> int:
    """The page of rows that the address names, counted from 1."""
    told = st.query_params.get("page", "1")
    return int(told) if told.isascii() and told.isdigit() and 0 < int(told) < 100_000 else 1


def to_first_rows() -> None:
    """Go back to the first page, as whoever changes what a paged table holds must."""
    st.query_params.pop("page", None)


def _turn(page: int) -> None:
    to_first_rows()
    if page > 1:
        st.query_params["page"] = str(page)
    st.query_params.pop("gap", None)
