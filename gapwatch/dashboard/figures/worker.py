"""One worker on one time axis: roles, accounts, a band per requirement, HR events and LMS actions as marks.

Owns the drawing only; states, causes and source rows arrive from ``page_worker_*``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go

from gapwatch.dashboard import words
from gapwatch.dashboard.figures import bands
from gapwatch.dashboard.figures.bands import Bar
from gapwatch.dashboard.figures.canvas import line, picture, records, safe
from gapwatch.dashboard.theme import PATTERNS, Palette

Part = dict[str, object]
"""A trace, label or line as plotly takes it."""
LANE: Final = 56  # pixels: the lane's name above, the band beneath
_NTH: Final = {0: "Role", 1: "Second role", 2: "Third role"}
_MARKS: Final = {
    "assignment": ("triangle-right", "assigned"),
    "removal": ("x-thin", "assignment removed"),
    "completion": ("diamond", "completion"),
}


@dataclass(frozen=True)
class Story:
    """What is drawn: the frames of ``page_worker_roles``, ``_accounts``, ``_bands`` and ``_marks``, and
    as-of (UTC).
    """

    roles: pd.DataFrame
    accounts: pd.DataFrame
    bands: pd.DataFrame
    marks: pd.DataFrame
    as_of: dt.datetime
    zone: str


def timeline(story: Story, colours: Palette, *, months: int = 24) -> go.Figure:
    """Lanes from the top: role and site per assignment, each account, then each requirement; gaps first.

    The axis shows the last ``months`` before as-of, or all of a shorter history; drag it to see earlier.
    """
    as_of = _local(story.as_of, story.zone)
    lanes = _lanes(story, colours, as_of)
    first, last = _range(story, as_of, months)
    places = {key: len(lanes) - 1 - position for position, (key, _, _) in enumerate(lanes)}
    traces: list[Part] = []
    labels: list[Part] = []
    for key, name, bars in lanes:
        traces += bands.traces(bars, place=places[key], colours=colours, axis=(first, last))
        labels.append(
            {"x": 0, "xref": "paper", "y": places[key] + 0.4, "text": name, "showarrow": False, "xanchor": "left",
             "yanchor": "middle", "font": {"size": 13, "color": colours.ink}, "bgcolor": colours.paper, "borderpad": 1}
        )  # fmt: skip
    traces += _marks(story, places, colours)
    traces += _events(story, len(lanes), colours)
    labels += _event_labels(story, len(lanes), colours, first, last)
    labels.append(
        {"x": as_of, "y": 1, "yref": "paper", "yanchor": "bottom", "text": f"as of {words.day(as_of)}",
         "showarrow": False, "xanchor": "right", "font": {"color": colours.accent, "size": 13}}
    )  # fmt: skip
    happened = [line(at, {"color": colours.muted, "width": 1, "dash": "dot"}, layer="below") for at in _instants(story)]
    return picture(
        colours,
        traces,
        height=104 + LANE * max(len(lanes), 1),
        top=26,
        bottom=30,
        left=4,
        right=12,
        xaxis={
            "range": [first, last],
            "showgrid": True,
            "fixedrange": False,
            "tickformat": "%b\n%Y",
            "type": "date",
            "nticks": 9,
        },
        yaxis={"range": [-0.6, len(lanes) + 0.2], "visible": False},
        annotations=labels,
        shapes=[*happened, line(as_of, {"color": colours.accent, "width": 2})],
        barmode="overlay",
        dragmode="pan",
        uniformtext={"minsize": 12, "mode": "hide"},
    )


def states_drawn(bands: pd.DataFrame) -> list[str]:
    """The states that occur, in the order of the palette, for a key beside the picture."""
    found = set(bands["state"])
    return [state for state in PATTERNS if state in found]


def key(states: list[str], colours: Palette) -> go.Figure:
    """A key of those states: a patterned patch and its word each, in one row."""
    patches: list[Part] = []
    labels: list[Part] = []
    for position, state in enumerate(states):
        bar = Bar(pd.Timestamp(0), pd.Timestamp(0), "", "", colours.state(state), PATTERNS[state])
        patches.append(
            {"type": "bar", "x": [0.12], "base": [position], "y": [0], "width": [0.55], "orientation": "h",
             "marker": bands.marker(bar, colours), "hoverinfo": "skip"}
        )  # fmt: skip
        labels.append(
            {"x": position + 0.16, "y": 0, "text": words.STATES[state], "showarrow": False, "xanchor": "left",
             "font": {"size": 13, "color": colours.ink}}
        )  # fmt: skip
    return picture(
        colours,
        patches,
        height=34,
        top=2,
        bottom=2,
        left=4,
        right=4,
        xaxis={"visible": False, "range": [0, max(len(states), 4)]},
        yaxis={"visible": False, "range": [-0.5, 0.5]},
        annotations=labels,
        barmode="overlay",
    )


def _lanes(story: Story, colours: Palette, as_of: pd.Timestamp) -> list[tuple[str, str, list[Bar]]]:
    lanes: list[tuple[str, str, list[Bar]]] = []
    employed = story.roles[story.roles["is_employed"]]
    for position, (assignment, rows) in enumerate(employed.groupby("assignment_key", sort=False)):
        name = f"<b>{_NTH.get(position, f'Role {position + 1}')}</b>"
        lanes.append((f"role:{assignment}", name, _role_bars(rows, story, colours, as_of)))
    for row in records(story.accounts):
        name = f"<b>LMS account</b> {safe(row['account_id'])}"
        lanes.append((f"account:{row['account_id']}", name, [_account_bar(row, story, colours, as_of)]))
    if story.accounts.empty:
        lanes.append(("account:", "<b>LMS account</b>: none is linked to this person", []))
    order = story.bands.assign(
        is_open=(story.bands["state"] == "gap") & story.bands["valid_to"].isna(),
        lane=_keys(story.bands),
    )
    ranked = order.groupby("lane", sort=False).agg(is_open=("is_open", "max"), name=("requirement", "first"))
    for lane in ranked.sort_values(["is_open", "name"], ascending=[False, True], kind="stable").index:
        rows = order[order["lane"] == lane]
        first = rows.iloc[0]
        at = f" at {safe(first['site'])}" if isinstance(first["site"], str) else ""
        lanes.append((f"band:{lane}", f"{safe(first['requirement'])}{at}", _state_bars(rows, story, colours, as_of)))
    return lanes


def _keys(frame: pd.DataFrame) -> list[str]:
    return [
        f"{requirement}|{site if isinstance(site, str) else ''}"
        for requirement, site in zip(frame["requirement_id"], frame["site"], strict=True)
    ]


def _role_bars(rows: pd.DataFrame, story: Story, colours: Palette, as_of: pd.Timestamp) -> list[Bar]:
    bars: list[Bar] = []
    for position, row in enumerate(records(rows)):
        start, stop = _span(row, story.zone, as_of)
        place = f" · {safe(row['site'])}" if isinstance(row["site"], str) else ""
        status = "" if row["status"] == "active" else f" ({safe(row['status'])})"
        label = f"{safe(row['job_title'])}{place}{status}"
        hover = (
            f"<b>{label}</b><br>{_dates(row, story.zone)}<br>{safe(row['employment_type'])}, "
            f"{safe(row['department'])}<br>recorded {_when(row['recorded_at'], story.zone)}"
            f"<br>assignment {safe(row['assignment_key'])}"
        )
        pattern = "/" if row["status"] == "leave" else ""
        bars.append(Bar(start, stop, label, hover, colours.roles[position % 2], pattern))
    return bars


def _account_bar(row: dict[str, Any], story: Story, colours: Palette, as_of: pd.Timestamp) -> Bar:
    start = _local(row["created_at"], story.zone) if not pd.isna(row["created_at"]) else as_of - pd.DateOffset(years=10)
    stop = _local(row["deactivated_at"], story.zone) if not pd.isna(row["deactivated_at"]) else as_of
    closed = not pd.isna(row["deactivated_at"])
    end = f"closed {_when(row['deactivated_at'], story.zone)}" if closed else safe(row["status"])
    hover = (
        f"<b>LMS account {safe(row['account_id'])}</b>, linked by {safe(row['method'])}<br>"
        f"created {_when(row['created_at'], story.zone)}<br>{end}"
        f"{_source('lms_accounts', row)}"
    )
    return Bar(start, stop, str(safe(row["status"])), hover, colours.roles[0])


def _state_bars(rows: pd.DataFrame, story: Story, colours: Palette, as_of: pd.Timestamp) -> list[Bar]:
    bars: list[Bar] = []
    for row in records(rows):
        start, stop = _span(row, story.zone, as_of)
        state, length = str(row["state"]), (stop - start).total_seconds() / 86400
        word = words.said(words.STATES, state)
        because = f": {words.said(words.CAUSES, row['cause'])}" if isinstance(row["cause"], str) else ""
        hover = f"<b>{word}{because}</b>, {words.days(length)}<br>{_dates(row, story.zone)}"
        if isinstance(row["owner"], str):
            hover += f"<br>must act: {words.said(words.OWNERS, row['owner'])}"
        if isinstance(row["completion_id"], str):
            until = _when(row["credential_ends_at"], story.zone)
            hover += (
                f"<br>{safe(row['course_id'])} completed {_when(row['completed_at'], story.zone)}, "
                f"{'valid to ' + until if not pd.isna(row['credential_ends_at']) else 'does not expire'}"
                f"{_source('lms_completions', row)}"
            )
        hover += f"<br>{safe(row['requirement'])}, {safe(row['citation'])}"
        bars.append(Bar(start, stop, f"{word}{because}", hover, colours.state(state), PATTERNS.get(state, "")))
    return bars


def _marks(story: Story, places: dict[str, int], colours: Palette) -> Iterator[Part]:
    lanes: dict[str, list[tuple[str, int]]] = {}
    for name, place in places.items():
        if name.startswith("band:"):
            requirement, site = name.removeprefix("band:").split("|")
            lanes.setdefault(requirement, []).append((site, place))
    for kind, (symbol, said) in _MARKS.items():
        rows = story.marks[story.marks["kind"] == kind]
        xs, ys, hovers = [], [], []
        for row in records(rows):
            credited = row["site"] if isinstance(row["site"], str) else ""
            for site, place in lanes.get(str(row["requirement_id"]), []):
                if site and credited and site != credited:
                    continue
                xs.append(_local(row["at_instant"], story.zone))
                ys.append(place - 0.34)
                word = said if kind != "completion" else f"completion, {safe(row['what'])}"
                hovers.append(
                    f"<b>{word}</b> {_when(row['at_instant'], story.zone)}<br>{safe(row['course_id'])}, "
                    f"{safe(row['reference'])}{_source(_feed(kind), row)}"
                )
        if xs:
            yield {
                "type": "scatter", "x": xs, "y": ys, "mode": "markers", "hovertext": hovers,
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {"symbol": symbol, "size": 10, "color": colours.paper,
                           "line": {"width": 1.5, "color": colours.ink}},
            }  # fmt: skip


def _events(story: Story, lanes: int, colours: Palette) -> Iterator[Part]:
    rows = _hr_events(story)
    hovers = [
        f"<b>{words.said(words.EVENTS, row['what'])}</b> {_when(row['at_instant'], story.zone)}<br>"
        f"recorded {_when(row['recorded_at'], story.zone)}"
        for row in records(rows)
    ]
    if hovers:
        yield {
            "type": "scatter", "x": _instants(story), "y": [lanes - 0.05] * len(hovers), "mode": "markers",
            "hovertext": hovers, "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {"symbol": "circle", "size": 10, "color": colours.ink},
        }  # fmt: skip


def _event_labels(
    story: Story, lanes: int, colours: Palette, first: pd.Timestamp, last: pd.Timestamp
) -> Iterator[Part]:
    xs = _instants(story)
    for at, following, what in zip(xs, [*xs, last][1:], _hr_events(story)["what"], strict=True):
        label = words.said(words.EVENTS, what)
        # some 62 letters fit the axis on a phone; a label that would run into the next mark is left to the hover
        if at >= first and at + (last - first) * (len(label) / 62 + 0.03) < following:
            yield {
                "x": at, "y": lanes - 0.05, "text": label, "showarrow": False, "xanchor": "left", "xshift": 8,
                "font": {"size": 12, "color": colours.ink},
            }  # fmt: skip


def _hr_events(story: Story) -> pd.DataFrame:
    return story.marks[story.marks["kind"] == "event"]


def _instants(story: Story) -> list[pd.Timestamp]:
    return [_local(value, story.zone) for value in _hr_events(story)["at_instant"]]


def _range(story: Story, as_of: pd.Timestamp, months: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    starts = [_local(value, story.zone) for value in story.roles["valid_from"]]
    first = max(min(starts, default=as_of - pd.DateOffset(months=1)), as_of - pd.DateOffset(months=months))
    first = min(first, as_of - pd.DateOffset(days=30))
    margin = (as_of - first) * 0.03
    return first - margin, as_of + margin


def _span(row: dict[str, Any], zone: str, as_of: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    start = _local(row["valid_from"], zone)
    stop = as_of + pd.DateOffset(months=1) if pd.isna(row["valid_to"]) and "state" not in row else as_of
    return start, _local(row["valid_to"], zone) if not pd.isna(row["valid_to"]) else stop


def _local(value: Any, zone: str) -> pd.Timestamp:
    """Naive local time: plotly draws what it is given, so the zone is applied before."""
    return pd.Timestamp(words.local_time(value, zone)).tz_localize(None)


def _dates(row: dict[str, Any], zone: str) -> str:
    end = "still so" if pd.isna(row["valid_to"]) else f"to {_when(row['valid_to'], zone)}"
    return f"from {_when(row['valid_from'], zone)} {end}"


def _when(value: Any, zone: str) -> str:
    return words.UNKNOWN if pd.isna(value) else words.moment(pd.Timestamp(str(value)).tz_localize("UTC"), zone)


def _feed(kind: str) -> str:
    return "lms_completions" if kind == "completion" else "lms_assignments"


def _source(feed: str, row: dict[str, Any]) -> str:
    if not isinstance(row["load_id"], str):
        return ""
    number = int(float(row["row_number"]))
    return f"<br>source: {feed}, row {number} of load<br>{safe(row['load_id'])}"
