"""The sidebar: pages, as-of and known-at, the scope, and links to share and to keep.

Owns the widgets of all pages. What they mean is the address (``state``); what a page adds to it is the page's.
"""

from __future__ import annotations

import datetime as dt
import urllib.parse
from dataclasses import fields
from typing import Final

import pandas as pd
import streamlit as st

from gapwatch.dashboard import entrance, words
from gapwatch.dashboard.addresses import PAGES, link, opened_by, page
from gapwatch.dashboard.answers import View
from gapwatch.dashboard.state import DIMENSIONS, Scope, day_of, instant
from gapwatch.errors import GapwatchError
from gapwatch.warehouse.saved_views import remove_view, save_view, saved_views

LABELS: Final = {
    "site": ("Site", "All sites"),
    "department": ("Department", "All departments"),
    "authority": ("Authority", "All authorities"),
    "owner": ("Who must act", "Everyone"),
    "severity": ("Severity", "All severities"),
    "employment_type": ("Employment type", "All types"),
}


def draw(shown: View, url: str) -> None:
    """All of it, on the page of that address."""
    st.markdown(f"**gapwatch** · {words.plain(shown.run.organisation_name)}")
    for address, entry in opened_by(shown.viewer).items():
        link(address, entry.label, shown, icon=entry.icon)
    st.divider()
    _instants(shown)
    _filters(shown)
    _share(shown, url)
    entrance.signed_in_as(shown.viewer, shown.settings)
    st.caption(f"Report {shown.run.run_id.rsplit('-', 1)[-1]}, policy {shown.run.policy_sha256[:8]}.")


def options(shown: View) -> pd.DataFrame:
    """The values a reader may narrow to (dimension, value, label); none for a role that sees no people."""
    if not shown.may("page_scope"):
        return pd.DataFrame({"dimension": [], "value": [], "label": []}, dtype="str")
    return shown.ask("page_scope")


def option(name: str, value: str, text: str) -> str:
    """A value of that dimension in words."""
    if name == "site":
        return value if text == value else f"{text} ({value})"
    if name == "owner":
        return words.said(words.OWNERS, value)
    return text.capitalize() if name in ("severity", "employment_type") else text


def _instants(shown: View) -> None:
    scope, zone = shown.scope, shown.zone
    st.session_state["control_as_of"] = day_of(shown.run.as_of, zone=zone)
    st.date_input(
        "As of",
        key="control_as_of",
        format="YYYY-MM-DD",
        on_change=_day_chosen,
        args=(scope, zone, "as_of"),
        min_value=shown.viewer.period_from or dt.date(1990, 1, 1),
        # the whole of a period's last day is told at the midnight that ends it
        max_value=shown.viewer.period_to + dt.timedelta(days=1) if shown.viewer.period_to else dt.date(2100, 1, 1),
        help="The day the report speaks about, from 00:00 local time: what was true then, with the policy as it lies "
        "now.",
    )
    st.session_state["control_known_at"] = day_of(shown.run.known_at, zone=zone)
    st.date_input(
        "Known by",
        key="control_known_at",
        format="YYYY-MM-DD",
        on_change=_day_chosen,
        args=(scope, zone, "known_at"),
        help="The newest knowledge the report may use: what was loaded and recorded by then. An earlier day shows what "
        "anybody could have known that day.",
    )
    if scope.as_of is not None or scope.known_at is not None:
        st.button("Back to the newest report", on_click=_show, args=(scope.with_(as_of=None, known_at=None),))


def _filters(shown: View) -> None:
    scope, known = shown.scope, options(shown)
    for name in DIMENSIONS:
        label, everything = LABELS[name]
        rows = known[known["dimension"] == name]
        labels = {
            str(value): option(name, str(value), str(text))
            for value, text in zip(rows["value"], rows["label"], strict=True)
        }
        chosen = scope.filters()[name]
        if not labels and chosen is None:
            continue
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


def _share(shown: View, url: str) -> None:
    kept = saved_views(shown.settings.warehouse.path, who=shown.viewer.who)
    label = f"Share or keep this view ({len(kept)} kept)" if kept else "Share or keep this view"
    # open means asked for: what it holds is sent then, for the link's box brings a large script with it
    with st.expander(label, icon=":material/link:", key="share", on_change="rerun") as box:
        if not box.open:
            return
        st.caption("A link to just this: the same report, page and filters, also when there are newer reports.")
        st.code(_link_to_share(shown, url), language=None, wrap_lines=True)
        st.text_input("Name", key="view_name", placeholder="Monday at BAY1", max_chars=60)
        st.button("Keep this view", on_click=_keep, args=(shown, _address(url)), key="keep_view")
        if st.session_state.get("view_problem"):
            st.error(st.session_state.pop("view_problem"))
        for name, address in kept.items():
            _kept(name, address, shown)


def _kept(name: str, address: str, shown: View) -> None:
    parts = urllib.parse.urlsplit(address)
    target = parts.path.strip("/")
    if target not in opened_by(shown.viewer):
        return
    left, right = st.columns([0.8, 0.2], vertical_alignment="center")
    with left:
        st.page_link(
            page(target),
            label=words.plain(name),
            icon=PAGES[target].icon,
            query_params=dict(urllib.parse.parse_qsl(parts.query)),
        )
    right.button(
        "",
        icon=":material/delete:",
        help=f"Forget {name}",
        key=f"forget_{name}",
        type="tertiary",
        on_click=remove_view,
        args=(shown.settings.warehouse.path,),
        kwargs={"who": shown.viewer.who, "name": name},
    )


def _keep(shown: View, address: str) -> None:
    name = st.session_state["view_name"]
    try:
        save_view(shown.settings.warehouse.path, who=shown.viewer.who, name=name, address=address)
        st.session_state["view_name"] = ""
    except GapwatchError as error:
        st.session_state["view_problem"] = f"{error.what[:1].upper()}{error.what[1:]}."


def _address(url: str) -> str:
    """This page and its query, as kept: without as-of unless it was chosen, so that it follows the newest report."""
    query = urllib.parse.urlencode(st.query_params.to_dict())
    return f"/{url}" + (f"?{query}" if query else "")


def _link_to_share(shown: View, url: str) -> str:
    """The address of this page with as-of and known-at written out."""
    of_the_report = shown.scope.with_(as_of=shown.run.as_of, known_at=shown.run.known_at).to_query()
    here = urllib.parse.urlsplit(st.context.url or "")
    origin = f"{here.scheme}://{here.netloc}" if here.netloc else ""
    return f"{origin}/{url}?{urllib.parse.urlencode(st.query_params.to_dict() | of_the_report)}"


def _filter_chosen(scope: Scope, name: str) -> None:
    _show(scope.with_(**{name: st.session_state[f"control_{name}"]}))


def _day_chosen(scope: Scope, zone: str, name: str) -> None:
    day: dt.date | None = st.session_state[f"control_{name}"]
    if day is not None:
        # what is known by a day includes all of it; a report of a day speaks about its beginning
        shift = dt.timedelta(days=1) if name == "known_at" else dt.timedelta()
        _show(scope.with_(**{name: instant((day + shift).isoformat(), zone=zone)}))


def _show(scope: Scope) -> None:
    of_the_scope = {field.name for field in fields(Scope)}
    told = st.query_params.to_dict()
    kept = {key: value for key, value in told.items() if key not in of_the_scope | {"page"}}
    st.query_params.from_dict(kept | scope.to_query())
