"""Composes the parts of a digest below its opening: what to do, what changed, what comes. Pure.

Owns the sentences of each part. A part without rows makes no section but a name in the list of quiet parts,
so that its absence is said. Called by ``compose``.
"""

from __future__ import annotations

import datetime as dt

from gapwatch.digest import wording
from gapwatch.digest.content import Bar, Bars, Block, Entries, Entry, Link, Section, Table, Tone
from gapwatch.digest.facts import Facts, Row, Rows
from gapwatch.digest.links import Links
from gapwatch.digest.phrases import (
    ACTS,
    CAUSES,
    CLOSINGS,
    EVENTS,
    OWNER_TONES,
    OWNERS,
    REASONS,
    STATES,
    phrase,
)

_CHANGES = {"new": "Opened for the first time", "reopened": "Reopened", "closed": "Closed"}


def compose_sections(facts: Facts, *, links: Links) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections in reading order, and the names of the parts that have nothing to say."""
    parts = (
        ("", _actions(facts, links)),
        ("gaps that opened or closed since last week", _changes(facts, links)),
        ("waivers expired or running out", _exceptions(facts, links)),
        ("leavers with an active account", _leavers(facts, links)),
        ("HR changes without an answer", _events(facts, links)),
        ("gaps that open next week if nothing is done", _forecast(facts, links)),
        ("credentials that end within 60 days", _coming_due(facts)),
        ("", _breakdown(facts, links)),
    )
    quiet = tuple(name for name, section in parts if name and section is None)
    return tuple(section for _, section in parts if section is not None), quiet


def _who(row: Row, facts: Facts) -> str:
    """Name and ID for a manager of named sites; the ID alone where the mail covers the organisation."""
    name = row["full_name"]
    return f"{name} ({row['worker_id']})" if facts.sites and name else str(row["worker_id"])


def _where(row: Row, facts: Facts) -> str:
    """Role and site; the site only where the mail covers several."""
    role = row.get("role") or row.get("job_code")
    site = row["site"]
    if len(facts.sites) == 1 or site is None:
        return str(role or "no role")
    return f"{role or 'no role'} at {facts.site_names.get(site, site)}"


def _moved(row: Row, facts: Facts) -> str:
    """The site the worker is at now, where it is not the gap's."""
    now = row["role_site_now"]
    return "" if now is None or now == row["site"] else facts.site_names.get(now, str(now))


def _day(instant: dt.datetime, facts: Facts) -> str:
    return wording.date_of(instant, timezone=facts.run.organisation_timezone)


def _severity(row: Row) -> tuple[str, Tone]:
    severity = row["severity"]
    return str(severity or ""), Tone.BAD if severity == "critical" else Tone.PLAIN


def _more(rows: Rows, what: str, url: str) -> Link:
    total = int(rows[0]["of_all"])
    return Link(f"All {wording.thousands(total)} {what}" if total > len(rows) else f"See {what}", url)


def _actions(facts: Facts, links: Links) -> Section | None:
    if not facts.actions:
        return None
    entries = []
    for row in facts.actions:
        mark, tone = _severity(row)
        entries.append(
            Entry(
                what=f"{row['requirement']}: {_who(row, facts)}",
                facts=(
                    _where(row, facts),
                    *([f"now at {moved}"] if (moved := _moved(row, facts)) else []),
                    f"open {wording.days(row['exposure_days'])}, since {_day(row['opened_at'], facts)}",
                    phrase(CAUSES, row["cause"]),
                ),
                act=ACTS.get(str(row["cause"]), f"{phrase(OWNERS, row['owner'])} to act"),
                mark=mark,
                tone=tone,
                url=links.worker(str(row["worker_id"]), gap=str(row["gap_id"])),
            )
        )
    total = facts.headline["open_gaps"]
    thousands = wording.thousands(total)
    intro = f"{wording.sentence(wording.count(total, 'open gap'))}, by severity times days open."
    if total > len(entries):
        intro = f"The {len(entries)} of {thousands} open gaps that weigh most: severity times days open."
    elsewhere = facts.headline["gaps_elsewhere"]
    if elsewhere:
        verb = "is" if elsewhere == 1 else "are"
        intro += (
            f" {wording.count(elsewhere, 'more gap')} {verb} open on people who work here now, but opened under a"
            " role at another site and counted there."
        )
    return Section(
        title="Do this week",
        intro=intro,
        blocks=(Entries(tuple(entries)),),
        more=Link(
            f"All {wording.count(total, 'open gap')}" if total > 1 else "See the gap", links.page("/gaps")
        ),
    )


def _changes(facts: Facts, links: Links) -> Section | None:
    head = facts.headline
    short = head["opened_and_closed"]
    if not facts.changes and not short:
        return None
    blocks: list[Block] = []
    for change, title in _CHANGES.items():
        rows = [row for row in facts.changes if row["change"] == change]
        if rows:
            total = int(rows[0]["of_all"])
            shown = f", the {len(rows)} gravest" if total > len(rows) else ""
            entries = tuple(_changed(row, facts, links) for row in rows)
            blocks.append(Entries(entries, title=f"{title}: {wording.thousands(total)}{shown}"))
    before = head["open_gaps"] - head["new_gaps"] + head["closed_gaps"]
    reopened = next((int(row["of_all"]) for row in facts.changes if row["change"] == "reopened"), 0)
    again = f" ({wording.thousands(reopened)} of them reopened)" if reopened else ""
    intro = (
        f"{wording.thousands(before)} open last week + {wording.thousands(head['new_gaps'])} new{again}"
        f" − {wording.thousands(head['closed_gaps'])} closed = {wording.thousands(head['open_gaps'])} open."
    )
    if short:
        intro += f" {wording.sentence(wording.count(short, 'more gap'))} opened and closed within the week."
    return Section("Since last week", intro, tuple(blocks), Link("See the gaps", links.page("/gaps")))


def _changed(row: Row, facts: Facts, links: Links) -> Entry:
    is_closed = row["change"] == "closed"
    mark, tone = _severity(row)
    if is_closed:
        ended = f"{phrase(CLOSINGS, row['closed_by'])} on {_day(row['closed_at'], facts)}"
        told: tuple[str, ...] = (ended, f"after {wording.days(row['exposure_days'])}")
    else:
        opened = f"since {_day(row['opened_at'], facts)}"
        told = (opened, phrase(CAUSES, row["cause"]), f"{phrase(OWNERS, row['owner'])} to act")
    return Entry(
        what=f"{row['requirement']}: {_who(row, facts)}",
        facts=(_where(row, facts), *told),
        mark=mark,
        tone=Tone.PLAIN if is_closed else tone,
        url=links.worker(str(row["worker_id"]), gap=str(row["gap_id"])),
    )


def _exceptions(facts: Facts, links: Links) -> Section | None:
    if not facts.exceptions:
        return None
    blocks = []
    titles = {True: "Expired in the last seven days", False: "Running out within thirty days"}
    for is_expired, title in titles.items():
        rows = [row for row in facts.exceptions if bool(row["is_expired"]) is is_expired]
        if not rows:
            continue
        entries = tuple(
            Entry(
                what=f"{row['requirement']}: {_who(row, facts)}",
                facts=(
                    _where(row, facts),
                    f"waiver {row['exception_id']}",
                    f"last day {wording.date(row['ends_on'])}",
                    *([f"now {phrase(STATES, row['state_now'])}"] if is_expired and row["state_now"] else []),
                ),
                mark="gap open" if is_expired and row["state_now"] == "gap" else "",
                tone=Tone.BAD,
                url=links.worker(str(row["worker_id"])),
            )
            for row in rows
        )
        blocks.append(Entries(entries, title=f"{title}: {wording.thousands(rows[0]['of_all'])}"))
    return Section("Waivers that end", blocks=tuple(blocks))


def _leavers(facts: Facts, links: Links) -> Section | None:
    if not facts.leavers and not facts.orphans:
        return None
    intro = ""
    entries = []
    for row in facts.leavers:
        logins = int(row["logins_after"] or 0)
        mark = "within the promised time" if row["is_within_sla"] else ""
        entries.append(
            Entry(
                what=f"{_who(row, facts)}: account {row['account_id']}",
                facts=(
                    _where(row, facts),
                    f"{phrase(EVENTS, row['ended_by']).lower()} {_day(row['ended_at'], facts)}",
                    f"active {wording.days(row['days_active'])} after",
                    f"{wording.count(logins, 'login')} since",
                ),
                mark="used after leaving" if logins else mark,
                tone=Tone.BAD if logins else Tone.PLAIN,
                url=links.worker(str(row["worker_id"])),
            )
        )
    if facts.leavers:
        first = facts.leavers[0]
        intro = (
            f"{wording.sentence(wording.count(first['of_all'], 'account'))} of leavers still active,"
            f" {wording.thousands(first['beyond_promise'])} beyond the promised time,"
            f" {wording.thousands(first['used_after'])} used after leaving. Integration to deactivate."
        )
    if facts.orphans:
        verb = "belongs" if facts.orphans == 1 else "belong"
        intro += f" {wording.count(facts.orphans, 'more active account')} {verb} to nobody HR knows."
    return Section(
        "Leavers with an active account",
        intro.strip(),
        (Entries(tuple(entries)),) if entries else (),
        Link("See the accounts", links.page("/accounts")),
    )


def _events(facts: Facts, links: Links) -> Section | None:
    if not any(row["unanswered_events"] for row in facts.events):
        return None
    rows = tuple(
        (
            phrase(EVENTS, row["event_type"]),
            f"{wording.thousands(row['unanswered_events'])} of {wording.thousands(row['events'])}",
            wording.thousands(row["unanswered_since_last_week"]),
            "–" if row["median_latency_hours"] is None else _latency(row["median_latency_hours"]),
        )
        for row in facts.events
    )
    unanswered = sum(int(row["unanswered_events"]) for row in facts.events)
    total = sum(int(row["events"]) for row in facts.events)
    return Section(
        "HR changes the LMS never answered",
        f"{wording.thousands(unanswered)} of {wording.count(total, 'HR change')} still without an answer"
        " that was due: an account, an assignment, a removal or a deactivation. The median is of the"
        " answers given.",
        (Table(("HR change", "No answer", "Due this week", "Median answer"), rows),),
        Link("See the HR changes", links.page("/events")),
    )


def _latency(hours: float) -> str:
    return "before the change" if hours < 0 else wording.hours(hours)


def _forecast(facts: Facts, links: Links) -> Section | None:
    if not facts.forecast:
        return None
    entries = []
    for row in facts.forecast:
        mark, tone = _severity(row)
        entries.append(
            Entry(
                what=f"{row['requirement']}: {_who(row, facts)}",
                facts=(
                    _where(row, facts),
                    f"opens {_day(row['opens_at'], facts)}",
                    phrase(REASONS, row["reason"]),
                ),
                mark=mark,
                tone=tone,
                url=links.worker(str(row["worker_id"])),
            )
        )
    total = int(facts.forecast[0]["of_all"])
    shown = f", the {len(entries)} gravest below" if total > len(entries) else ""
    return Section(
        "Opens next week if nothing is done",
        f"{wording.sentence(wording.count(total, 'gap'))} will open within seven days{shown}.",
        (Entries(tuple(entries)),),
    )


def _coming_due(facts: Facts) -> Section | None:
    if not facts.coming_due:
        return None
    spans = ("within_7", "within_14", "within_30", "within_60")
    totals = [sum(int(row[span]) for row in facts.coming_due) for span in spans]
    rows = [
        (str(row["requirement"]), *(wording.thousands(row[span]) for span in spans))
        for row in facts.coming_due[:10]
    ]
    rest = facts.coming_due[10:]
    if rest:
        rest_sums = (sum(int(row[span]) for row in rest) for span in spans)
        rows.append((f"{len(rest)} more requirements", *map(wording.thousands, rest_sums)))
    rows.append(("All", *map(wording.thousands, totals)))
    return Section(
        "Coming due",
        "Last credentials that end while still required; each column holds the one before.",
        (Table(("Requirement", "7 days", "14 days", "30 days", "60 days"), tuple(rows)),),
    )


def _breakdown(facts: Facts, links: Links) -> Section | None:
    if not facts.headline["open_gaps"]:
        return None
    by_site: dict[str, list[float]] = {}
    by_owner: dict[str, list[float]] = {}
    for row in facts.breakdown:
        for sums, key in (
            (by_site, str(row["site_name"] or "No site")),
            (by_owner, str(row["owner"] or "")),
        ):
            so_far = sums.setdefault(key, [0, 0.0])
            so_far[0] += row["open_gaps"]
            so_far[1] += row["exposure_days"]
    blocks: list[Block] = []
    if len(by_site) > 1:
        blocks.append(Bars(_bars(by_site, {}), title="Open gaps by site"))
    named = {phrase(OWNERS, owner): sums for owner, sums in by_owner.items()}
    tones = {phrase(OWNERS, owner): OWNER_TONES.get(owner, Tone.PLAIN) for owner in by_owner}
    blocks.append(Bars(_bars(named, tones), title="Open gaps by who can close them"))
    exposure = wording.thousands(facts.headline["exposure_days"])
    return Section(
        "By site and owner" if len(by_site) > 1 else "By owner",
        f"{wording.count(facts.headline['open_gaps'], 'open gap')}, {exposure} gap days so far.",
        tuple(blocks),
        Link("See the overview", links.page()),
    )


def _bars(sums: dict[str, list[float]], tones: dict[str, Tone]) -> tuple[Bar, ...]:
    longest = max(number for number, _ in sums.values())
    return tuple(
        Bar(
            label=label,
            value=f"{wording.thousands(number)} ({wording.thousands(exposure)} days)",
            part=number / longest,
            tone=tones.get(label, Tone.BAD),
        )
        for label, (number, exposure) in sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
        if number
    )
