"""The audit sentences of one worker for one day, as the worker page shows them.

Owns their layout; the wording is that of ``gapwatch.person``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import streamlit as st

from gapwatch.dashboard import words
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.state import day_of
from gapwatch.errors import GapwatchError
from gapwatch.person import AuditSentence, audit_sentences

_MARKS: Final = {
    "gap": ":red[:material/cancel:]",
    "trained": ":green[:material/check_circle:]",
    "waived": ":violet[:material/verified_user:]",
}


def show(worker_id: str, shown: View) -> None:
    """The chosen day's sentences, gaps first, each with what it rests on, and all of them to copy."""
    st.header(
        "What the record says for one day",
        anchor=False,
        help="One sentence per requirement, each with the rows it rests on, as it was when the day began: 00:00 where "
        "the worker was. A gap that is open now counts its days up to as-of, so it may tell a day more.",
    )
    on = _chosen_day(shown)
    st.session_state["worker_on"] = on
    picked, _ = st.columns([0.3, 0.7])
    picked.date_input("Day", key="worker_on", format="YYYY-MM-DD", on_change=_set_day)
    try:
        sentences = audit_sentences(shown.reader, worker_id, on)
    except GapwatchError as error:
        st.error(words.plain(error.what), icon=":material/error:")
        return
    opening, shared = _opening(sentences)
    if opening:
        st.markdown(f"**{words.plain(opening)}**")
        st.caption(_rests_on(shared))
    for sentence in sorted(sentences, key=lambda one: one.state != "gap"):
        mark = _MARKS.get(sentence.state, ":gray[:material/remove:]")
        with st.container(gap=None):
            st.markdown(f"{mark} {words.plain(sentence.text.removeprefix(opening).strip())}")
            st.caption(_rests_on(sentence.sources[len(shared) :]))
    label = "The sentences in full, to copy"
    with st.expander(label, icon=":material/content_copy:", key="sentences_in_full", on_change="rerun") as box:
        if box.open:
            st.code("\n".join(sentence.text for sentence in sentences), language=None, wrap_lines=True)


def _opening(sentences: list[AuditSentence]) -> tuple[str, tuple[str, ...]]:
    """What all sentences begin with (who, in which role) and the sources they share; nothing for a single one."""
    if len(sentences) < 2:
        return "", ()
    start = "".join(_begins_all([sentence.text for sentence in sentences]))
    opening = start[: start.rfind(". ") + 1]
    shared = _begins_all([sentence.sources for sentence in sentences])
    return opening, tuple(shared) if opening else ()


def _begins_all(sequences: Sequence[Sequence[str]]) -> list[str]:
    """What all of them begin with, item by item (for a text: letter by letter)."""
    begun = takewhile(lambda items: len(set(items)) == 1, zip(*sequences, strict=False))
    return [items[0] for items in begun]


def _rests_on(sources: tuple[str, ...]) -> str:
    return f"Rests on {'; '.join(words.plain(source) for source in sources)}" if sources else ""


def _chosen_day(shown: View) -> dt.date:
    text = st.query_params.get("on", "")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return day_of(shown.run.as_of, zone=shown.zone)


def _set_day() -> None:
    st.query_params["on"] = st.session_state["worker_on"].isoformat()
