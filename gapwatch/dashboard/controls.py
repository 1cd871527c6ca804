"""Filters of a single page that live in the address, so that a copied link opens the same rows.

Owns the widgets and their query parameters. As-of and the scope of all pages are the shell's.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def chosen(name: str, options: Mapping[str, str], *, standard: str | None = None) -> str | None:
    """What the address says for that filter; ``standard`` when it says nothing, or nothing there is."""
    told = st.query_params.get(name)
    return told if told in options else standard


def choice(
    label: str, name: str, options: Mapping[str, str], *, standard: str | None = None, everything: str = ""
) -> None:
    """A select box for that filter. Without ``standard`` it can be empty, which reads ``everything``."""
    key = f"choice_{name}"
    st.session_state[key] = chosen(name, options, standard=standard)
    st.selectbox(
        label,
        list(options),
        index=None if standard is None else 0,
        placeholder=everything,
        key=key,
        format_func=options.__getitem__,
        on_change=_write,
        args=(name, standard),
    )


def _write(name: str, standard: str | None) -> None:
    """Put the new choice into the address; a gap picked before may not be among the rows any more."""
    value = st.session_state[f"choice_{name}"]
    st.query_params.pop("gap", None)
    st.query_params.pop("page", None)
    if value is None or value == standard:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
