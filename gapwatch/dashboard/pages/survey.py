"""Survey: the people an inspector picks, on one screen and in one workbook."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import inspection, shell, tables, words, workbooks
from gapwatch.dashboard.answers import ROW_LIMIT, View
from gapwatch.dashboard.figures.canvas import records
from gapwatch.dashboard.state import day_of

_MOST: Final = 60
_TEXT: Final = "survey_text"
_KEPT: Final = "_survey_kept"


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    texts = _texts(shown)
    found = _found(texts, shown)
    chosen = _chosen(found)
    rows = shown.ask("page_people_day", workers=chosen, site=None, row_limit=ROW_LIMIT) if chosen else pd.DataFrame()
    # in the order in which they were named
    named = sorted(inspection.people(rows), key=lambda one: chosen.index(one.worker_id)) if len(rows) else []
    shell.title(
        _sentence(named, shown),
        shown,
        told="Each requirement that was in force for these people when the day began, 00:00 where they were. The rows "
        "are below, person by person."
        if named
        else "",
    )
    _narrowing(shown)
    _ask()
    _not_clear(found)
    _remember(chosen)
    if named:
        _answer(named, rows, shown)
    elif not texts:
        st.markdown(
            "Type or paste the names or worker IDs, one per line, and press **Look them up**. You get each person's "
            "roles, requirements and evidence of that day, and one workbook of exactly these people to hand over."
        )


def _texts(shown: View) -> list[str]:
    """What is asked for: what was typed here, else the workers that the address names."""
    told = [part for part in st.query_params.get("workers", "").split(";") if part.strip()]
    if _TEXT not in st.session_state:
        st.session_state[_TEXT] = "\n".join(told) or st.session_state.get(_KEPT, "")
    typed = st.session_state[_TEXT]
    lines = [line.strip() for line in re.split(r"[\n;\t]", typed) if line.strip()]
    with_commas = [line for line in lines if "," in line]
    if with_commas:
        known = shown.ask("page_people_found", texts=with_commas)
        whole = set(known[known["worker_id"].notna()]["text"])
        lines = [
            part for line in lines for part in ([line] if "," not in line or line in whole else _between_commas(line))
        ]
    return list(dict.fromkeys(lines))[:_MOST]


def _between_commas(line: str) -> list[str]:
    return [part.strip() for part in line.split(",") if part.strip()]


def _found(texts: list[str], shown: View) -> pd.DataFrame:
    return shown.ask("page_people_found", texts=texts) if texts else pd.DataFrame()


def _chosen(found: pd.DataFrame) -> list[str]:
    """The workers that are meant: those named clearly, and those chosen among several."""
    chosen: list[str] = []
    for text, mine in _each(found):
        if int(mine["candidates"].iloc[0]) == 1:
            chosen.append(str(mine["worker_id"].iloc[0]))
        elif len(mine) > 1:
            chosen += [str(one) for one in st.session_state.get(_key(text), [])]
    return list(dict.fromkeys(chosen))


def _each(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(mine["text"].iloc[0]), mine) for _, mine in found.groupby("position")] if len(found) else []


def _key(text: str) -> str:
    return f"meant_{text}"


def _sentence(named: list[inspection.Person], shown: View) -> str:
    day = words.day(day_of(shown.run.as_of, zone=shown.zone))
    if not named:
        return "Whom did the inspector pick?"
    if len(named) == 1:
        return f"{named[0].name} on {day}: {named[0].standing}"
    return f"{words.count(len(named), 'person', 'people')} on {day}: {inspection.standing(named)}"


def _narrowing(shown: View) -> None:
    beyond = [name for name in shown.scope.narrowed() if name not in ("authority", "site")]
    if "site" in shown.scope.narrowed() and not shown.viewer.sites:
        beyond.insert(0, "site")
    if beyond:
        st.caption(
            ":material/filter_alt_off: People are found by name in the whole organisation; of the filters, the "
            "authority alone narrows what is required of them."
        )


def _ask() -> None:
    with st.form("survey", border=False):
        st.text_area(
            "Names or worker IDs, one per line",
            key=_TEXT,
            height=140,
            placeholder="Dana Ruiz\nRuiz, Dana\nW1042",
            help="Also e-mail addresses and user names. Case and accents make no difference; whoever is not clear is "
            f"offered to choose. At most {_MOST}.",
        )
        st.form_submit_button("Look them up", icon=":material/search:")


def _not_clear(found: pd.DataFrame) -> None:
    """Texts that nobody is called, and those that several are."""
    each = _each(found)
    unknown = [text for text, mine in each if not int(mine["candidates"].iloc[0])]
    if unknown:
        st.warning(
            f"**Nobody is found for {words.joined([words.plain(text) for text in unknown])}.** Neither an ID, a user "
            "name, an e-mail address nor the words of a name match. Check the spelling, or write the ID as HR does.",
            icon=":material/person_off:",
        )
    for text, mine in each:
        many = int(mine["candidates"].iloc[0])
        if many > 1:
            _choice(text, mine, many)


def _choice(text: str, mine: pd.DataFrame, many: int) -> None:
    labels = {}
    for row in records(mine):
        parts = tables.cells(row, "job_title", "role_site")
        gone = [] if row["is_employed"] else ["not employed any more" if parts else "never employed"]
        labels[str(row["worker_id"])] = " · ".join([words.person(row["full_name"], row["worker_id"]), *parts, *gone])
    same = mine["person_id"].notna().all() and mine["person_id"].nunique() == 1
    told = "one person under several IDs" if same else f"{many:,} people"
    st.multiselect(
        f"“{text}” may be {told}: who is meant?",
        list(labels),
        key=_key(text),
        format_func=labels.__getitem__,
        placeholder="Choose one or more",
        help="The first twenty; write more of the name to narrow it down." if many > len(mine) else None,
    )


def _remember(chosen: list[str]) -> None:
    """Keep the people in the address, so that the link shows them, and the text while other pages are looked at."""
    st.session_state[_KEPT] = st.session_state.get(_TEXT, "")
    told = ";".join(chosen)
    if told and st.query_params.get("workers") != told:
        st.query_params["workers"] = told
    elif not told and "workers" in st.query_params:
        del st.query_params["workers"]


def _answer(named: list[inspection.Person], rows: pd.DataFrame, shown: View) -> None:
    workers = [one.worker_id for one in named]
    inspection.because(rows)
    workbooks.offer(
        f"Build the workbook for {'this person' if len(named) == 1 else f'these {len(named)} people'}",
        shown,
        page="survey",
        request={
            "workers": workers,
            "authorities": [shown.scope.authority] if shown.scope.authority else None,
            "prepared_by": shown.viewer.who if shown.settings.sign_in is not None else None,
        },
        help_text="Evidence of exactly these people: what was required, what proves it, every gap, and the rows it "
        "all rests on.",
    )
    if len(named) > 1:
        inspection.overview(named, shown, name="survey_people", picks=False)
    for position, one in enumerate(named, start=1):
        _person(one, rows[rows["worker_id"] == one.worker_id], position, shown)
    tables.download("survey", "page_people_day", shown, count=tables.total(rows), workers=workers, site=None)


def _person(one: inspection.Person, rows: pd.DataFrame, position: int, shown: View) -> None:
    st.subheader(words.plain(one.name), anchor=False)
    st.markdown(f"{words.plain(one.roles)}: {one.standing}." if one.roles else f"{words.sentence_case(one.standing)}.")
    if one.required:
        inspection.requirements(rows, shown, name=f"survey_person_{position}")
    label, key = "The audit sentences, and the rows they rest on", f"sentences_{one.worker_id}"
    with st.expander(label, icon=":material/format_quote:", key=key, on_change="rerun") as box:
        if box.open:
            inspection.sentences(one.worker_id, day_of(shown.run.as_of, zone=shown.zone), shown)
    shell.link(
        "worker",
        f"See {words.plain(one.name)} on one time axis",
        shown,
        icon=":material/arrow_forward:",
        worker=one.worker_id,
    )


page()
