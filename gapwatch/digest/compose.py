"""Composes one digest from its facts: the answer, its reliability, the numbers, then the parts. Pure.

Owns the order and the sentences of the opening; the parts below it are in ``sections``. Reads no clock, no
file and no database, so the same facts give the same digest. Called by ``weekly``.
"""

from __future__ import annotations

from collections.abc import Callable

from gapwatch.digest import wording
from gapwatch.digest.content import Digest, Link, Number, Section, Trust
from gapwatch.digest.facts import Facts, Row
from gapwatch.digest.links import Links
from gapwatch.digest.phrases import phrase
from gapwatch.digest.sections import compose_sections
from gapwatch.reads import RunParameters

_BEFORE = {7: "last week", 28: "four weeks ago"}


def compose(facts: Facts, *, dashboard_url: str, version: str) -> Digest:
    """The digest of these facts. ``version`` is gapwatch's own, for the footer."""
    week = int(week_of(facts.run)[-2:])
    links = Links(base=dashboard_url, as_of=facts.run.as_of, sites=facts.sites)
    trust = _trust(facts)
    scope = scope_name(facts)
    sections, quiet = compose_sections(facts, links=links)
    return Digest(
        week=week_of(facts.run),
        as_of=facts.run.as_of,
        run_id=facts.run.run_id,
        subject=_subject(facts, week=week, scope=scope, trust=trust),
        heading=f"{scope}, week {week}",
        headline=_headline(facts, scope=scope),
        trust=trust,
        numbers=_numbers(facts),
        sections=(*sections, *_quiet(quiet)),
        footer=_footer(facts, version=version),
        dashboard=Link("Open the dashboard", links.page()),
    )


def week_of(run: RunParameters) -> str:
    """The ISO week of the run's as_of in the organisation's zone, like ``2026-W47``."""
    year, week, _ = wording.local(run.as_of, timezone=run.organisation_timezone).isocalendar()
    return f"{year}-W{week:02}"


def scope_name(facts: Facts) -> str:
    """What the recipient's sites are called together; the organisation where nothing narrows them."""
    names = [facts.site_names.get(site, site) for site in facts.sites]
    if not names:
        return facts.run.organisation_name
    if len(names) <= 2:
        return wording.listed(names)
    return f"{names[0]} and {len(names) - 1} more sites"


def _subject(facts: Facts, *, week: int, scope: str, trust: Trust) -> str:
    head = facts.headline
    open_gaps = wording.count(head["open_gaps"], "open gap")
    changes = f"{wording.thousands(head['new_gaps'])} new, {wording.thousands(head['closed_gaps'])} closed"
    critical = f", {wording.thousands(head['critical_gaps'])} critical" if head["open_gaps"] else ""
    state = "data current" if trust.is_current else "data degraded, not an all-clear"
    if head["open_gaps"] and not trust.is_current:
        state = "data degraded"
    return f"gapwatch week {week}, {scope}: {open_gaps} ({changes}){critical} — {state}"


def _headline(facts: Facts, *, scope: str) -> str:
    head, population = facts.headline, facts.population
    if not head["open_gaps"]:
        day = wording.date_of(facts.run.as_of, timezone=facts.run.organisation_timezone)
        return (
            f"No open gaps at {scope} on {day}; {wording.count(population['people'], 'person', 'people')},"
            f" {wording.count(population['obligations'], 'requirement')} checked."
        )
    where = f" at {wording.count(head['sites'], 'site')}" if head["sites"] > 1 else ""
    critical = f"{wording.thousands(head['critical_gaps']) if head['critical_gaps'] else 'none'} critical"
    return (
        f"{wording.count(head['open_gaps'], 'open gap')} on"
        f" {wording.count(head['people'], 'person', 'people')}{where}, {critical};"
        f" {wording.days(head['longest_days'])} the longest."
    )


def _trust(facts: Facts) -> Trust:
    zone = facts.run.organisation_timezone
    doubts = [*_source_doubts(facts), *(_check_doubt(check) for check in facts.checks)]
    unknown = facts.population["workers_not_evaluable"]
    if unknown:
        doubts.append(
            f"{wording.count(unknown, 'worker')} can't be evaluated: the completions feed does not reach back"
            " to the time in question."
        )
    promised = sum(source["expect_every_hours"] is not None for source in facts.sources)
    if doubts:
        verdict = f"Data degraded, for {wording.count(len(doubts), 'reason')}."
        if not facts.headline["open_gaps"]:
            verdict += " This is not an all-clear."
    elif promised:
        verdict = f"Data current: {wording.count(promised, 'source')} as fresh as promised."
    else:
        verdict = "Data current as far as known: no source has a promised freshness (expect_every_hours)."
    return Trust(
        is_current=not doubts,
        verdict=verdict,
        doubts=tuple(doubts),
        basis=(
            f"As of {wording.moment(facts.run.as_of, timezone=zone)};"
            f" known by {wording.moment(facts.run.known_at, timezone=zone)}."
        ),
        ages=_ages(facts),
    )


def _source_doubts(facts: Facts) -> list[str]:
    """One sentence for sources that are late alike, one for each that has held loads."""
    blind = {row["source"]: int(row["workers"]) for row in facts.unproven if row["workers"]}
    late: dict[str, list[str]] = {}
    for source in facts.sources:
        if source["is_late"]:
            what = _lateness(source, timezone=facts.run.organisation_timezone)
            late.setdefault(f"{what}{_blinded(blind.get(source['source'], 0))}", []).append(str(source["source"]))
    doubts = [f"{wording.listed(names)} {'is' if len(names) == 1 else 'are'} {what}" for what, names in late.items()]
    for source in facts.sources:
        if source["held_loads"]:
            loads = wording.count(source["held_loads"], "newer load")
            cost = "" if source["is_late"] else _blinded(blind.get(source["source"], 0))
            doubts.append(f"{source['source']}: {loads} held by the load guard, the data before in use.{cost}")
    return doubts


def _blinded(workers: int) -> str:
    return f" {wording.count(workers, 'worker')} can't be evaluated." if workers else ""


def _lateness(source: Row, *, timezone: str) -> str:
    promise = f"promised every {wording.hours(source['expect_every_hours'])}"
    if source["loaded_at"] is None:
        return f"missing: never loaded, {promise}."
    since = wording.moment(source["loaded_at"], timezone=timezone)
    return f"{wording.hours(source['age_hours'])} old, {promise}: nothing after {since} is in this mail."


def _check_doubt(check: Row) -> str:
    name = phrase({}, check["check_id"])
    feed = f" ({check['feeds']})" if check["feeds"] else ""
    if check["status"] != "fail":
        return f"The critical check “{name}”{feed} could not run."
    of = f" of {wording.thousands(check['rows_checked'])}" if check["rows_checked"] else ""
    failed = wording.thousands(check["rows_failed"] or 0)
    noun = "row" if (check["rows_checked"] or check["rows_failed"]) == 1 else "rows"
    return f"The critical check “{name}”{feed} fails on {failed}{of} {noun}."


def _ages(facts: Facts) -> str:
    groups: dict[str, list[str]] = {}
    for source in sorted(facts.sources, key=lambda row: str(row["source"])):
        promise = source["expect_every_hours"]
        promised = f"promised every {wording.hours(promise)}" if promise is not None else "nothing promised"
        age = "never loaded" if source["loaded_at"] is None else f"{wording.hours(source['age_hours'])} old"
        groups.setdefault(f"{age} ({promised})", []).append(str(source["source"]))
    told = [f"{', '.join(names)} {age}" for age, names in groups.items()]
    return f"Age of the sources: {'; '.join(told)}." if told else ""


def _numbers(facts: Facts) -> tuple[Number, ...]:
    moments = {int(row["days_before"]): row for row in facts.numbers}

    def number(label: str, part: str, whole: str, noun: Callable[[Row], str]) -> Number:
        now = moments[0]
        before = ((name, moments[back]) for back, name in _BEFORE.items())
        return Number(
            label=label,
            value=wording.thousands(now[part]),
            of=f"of {noun(now)} ({wording.share(now[part], now[whole])}){_not_evaluable(now, whole)}",
            before=tuple(
                f"{name} {wording.thousands(row[part])} of {wording.thousands(row[whole])}" for name, row in before
            ),
        )

    return (
        number(
            "Open gaps",
            "open_gaps",
            "requirements",
            lambda row: f"{wording.thousands(row['requirements'])} requirements, trained or a gap",
        ),
        number(
            "People with a gap",
            "people_with_gap",
            "people",
            lambda row: wording.count(row["people"], "person", "people"),
        ),
        number(
            "Answered in time",
            "answered_on_time",
            "answers_due",
            lambda row: f"{wording.thousands(row['answers_due'])} LMS actions that HR changes called for in 28 days",
        ),
    )


def _not_evaluable(row: Row, whole: str) -> str:
    """What a share leaves open: how many nobody can judge, and of requirements and answers which share of all."""
    what = whole.removesuffix("_due")
    unknown = int(row[f"{what}_not_evaluable"])
    if not unknown:
        return ""
    share = "" if what == "people" else f" ({wording.share(unknown, row[f'{what}_checked'])})"
    return f"; {wording.thousands(unknown)} not evaluable{share}"


def _quiet(parts: tuple[str, ...]) -> tuple[Section, ...]:
    if not parts:
        return ()
    return (Section(title="Nothing to report", intro=wording.sentence(f"{wording.listed(parts)}.")),)


def _footer(facts: Facts, *, version: str) -> tuple[str, ...]:
    sites = (
        wording.listed([f"{facts.site_names.get(site, site)} ({site})" for site in facts.sites])
        or f"all sites of {facts.run.organisation_name}"
    )
    employed = wording.count(facts.population["people"], "person", "people")
    return (
        f"Covers {sites}: {employed} employed there at as-of. No other filter.",
        "A gap is time in which a requirement of a worker's role was in force and no credential, waiver,"
        " leave or grace covered it. It counts at the site it is about, else at that of the role it opened"
        " under.",
        "New, reopened and closed: in the seven days before as-of. Last week and four weeks ago are told"
        " with today's knowledge, so they may differ from what an earlier mail said.",
        *([] if facts.last_week else ["History is not compared: no earlier digest of this warehouse is kept."]),
        f"gapwatch {version}, run {facts.run.run_id}, policy {facts.run.policy_sha256[:8]}.",
    )
