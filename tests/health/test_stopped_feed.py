"""A feed stops for two days while all others go on: what rests on it is not evaluable in every door, and told once."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest
from app_pages import APP, text
from command import gapwatch
from digest.mail_server import Mailbox, mail_server
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest
from watch.hooks import web_hook

from gapwatch.config import Alerts, Digest, Smtp, load_settings
from gapwatch.feeds import FEEDS
from gapwatch.inputs import create_inputs
from gapwatch.loaders.policy import read_policy
from gapwatch.modelling import all_models, build_models
from gapwatch.reads import Reader
from gapwatch.watch import alert, incidents_of

LAST: Final = dt.datetime(2026, 10, 31, 18, tzinfo=dt.UTC)
NOW: Final = LAST + dt.timedelta(days=2)
_TIMELINES: Final = ("compliance_timeline", "unproven_states", "evaluable_timeline")
ALL: Final = frozenset({"trained", "waived", "on_leave", "in_grace", "gap"})
UNTRAINED: Final = frozenset({"in_grace", "gap"})
# Which states rest on a feed. Of jobs and sites those of rules by training profile and facility type alone.
STATES: Final = {
    "role_history": ALL,
    "jobs": ALL,
    "sites": ALL,
    "workers": UNTRAINED,
    "lms_accounts": UNTRAINED,
    "lms_completions": UNTRAINED,
}
ANSWERS: Final = {
    "lms_accounts": ("create_account", "deactivate_account"),
    "lms_assignments": ("assign", "remove_assignment", "close_assignments"),
}
CELLS: Final = {
    "role_history": {"role_assignment", "role_change_reenrolment", "termination_24h", "mark_role_profiles"},
    "jobs": {"mark_role_profiles"},
    "workers": {"audit_reporting"},
    "lms_accounts": {"termination_24h", "audit_reporting"},
    "lms_assignments": {"role_assignment", "role_change_reenrolment", "mark_audit_trail"},
    "lms_completions": {"bidirectional_flow", "mark_bidirectional"},
    "hris_training_records": {"bidirectional_flow", "mark_bidirectional"},
    "sync_runs": {"sync_frequency", "mapping_flexibility", "mark_monitored"},
    "sync_errors": {"mapping_flexibility"},
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated company, every source of which promises to deliver daily and did so for the last time at LAST."""
    home = tmp_path_factory.mktemp("stopped") / "company"
    _do("simulate", "--out", str(home), "--workers", "60", "--months", "6", "--seed", "3")
    config = home / "gapwatch.toml"
    text = re.sub(r"(?m)^expect_every_hours = .*\n", "", config.read_text(encoding="utf-8"))
    text = re.sub(r'(?m)^(feed = ".*")$', r"\1" + '\nexpect_every_hours = 24\nowner = "owner@example.com"', text)
    config.write_text(text, encoding="utf-8")
    with (home / "feeds" / "food" / "role_history.csv").open("a", encoding="utf-8") as roles:
        # hired on the last day: whether the LMS will answer is not known yet
        roles.write("HIRED,primary,2026-10-31,0,,2026-10-31T07:00:00Z,active,employee,LSUP,,Packaging,,FRS1,,,,,,\n")
    _do("load", "--config", str(config), "--loaded-at", LAST.isoformat())
    return home


def _do(*arguments: str) -> str:
    answer = gapwatch(*arguments)
    assert answer.code == 0, answer.err
    return answer.out


def _stopped(company: Path, folder: Path, feed: str) -> Path:
    """The company two days later: all sources but those of the feed delivered. Returns its gapwatch.toml."""
    shutil.copytree(company, folder)
    config = folder / "gapwatch.toml"
    head, *sources = re.split(r"(?m)^(?=\[\[sources\]\]$)", config.read_text(encoding="utf-8"))
    others = folder / "others.toml"
    others.write_text(head + "".join(one for one in sources if f'feed = "{feed}"\n' not in one), encoding="utf-8")
    _do("load", "--config", str(others), "--loaded-at", NOW.isoformat())
    return config


def _tables(config: Path) -> duckdb.DuckDBPyConnection:
    """Every model as it is at NOW, without the checks."""
    settings = load_settings(config)
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("set timezone = 'UTC'")
    policy = read_policy(settings.policy.path, organisation_timezone=settings.organisation.timezone)
    create_inputs(connection, settings, run_id="test", as_of=NOW, known_at=NOW, policy=policy)
    build_models(connection, all_models())
    return connection


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:
    ((value,),) = _rows(connection, sql)
    return value


def _running(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """How many worker-requirements are in which state at NOW, as that table has it."""
    return dict(_rows(connection, f"select state, count(*) from {table} where valid_to is null group by all"))


def _whole(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    cursor = connection.execute("select * from evaluability where site is null")
    names = [column[0] for column in cursor.description or []]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


@pytest.mark.parametrize("feed", ["", *sorted(FEEDS)])
def test_what_rests_on_the_feed_is_not_evaluable_in_the_published_tables(
    company: Path, tmp_path: Path, feed: str
) -> None:
    connection = _tables(_stopped(company, tmp_path / "company", feed))
    stopped = _rows(connection, "select feed, status, known_until from stopped_sources")
    assert set(stopped) == ({(feed, "late", LAST.replace(tzinfo=None))} if feed else set())

    states, lost, left = (_running(connection, name) for name in _TIMELINES)
    assert set(lost) <= STATES.get(feed, set())
    if feed in STATES and feed not in ("jobs", "sites"):
        assert lost == {state: count for state, count in states.items() if state in STATES[feed]}
    elif feed in STATES:
        assert 0 < sum(lost.values()) < sum(states.values())
    assert left.get("not_evaluable", 0) == sum(lost.values())
    assert left.get("trained", 0) == states["trained"] - lost.get("trained", 0)
    early = "select count(*) from unproven_states where not_evaluable_from < timestamp '2026-10-31 18:00:00'"
    assert _one(connection, early) == 0

    whole = _whole(connection)
    measured = states["trained"] + states["gap"]
    unproven = lost.get("trained", 0) + lost.get("gap", 0)
    assert whole["requirements_not_evaluable"] == unproven
    assert whole["requirements_not_evaluable_pct"] == pytest.approx(100 * unproven / measured)
    met = states["trained"] - lost.get("trained", 0)
    least = whole["requirement_compliance_at_least_pct"]
    assert least == (None if unproven == measured else pytest.approx(100 * met / measured))
    assert (whole["requirements_because"] is not None) == (feed in STATES)

    verdicts = _rows(
        connection,
        "select action, verdict, count(*) from event_responses where responded_at is null"
        " and due_at > timestamp '2026-10-31 18:00:00' and due_at <= timestamp '2026-11-02 18:00:00' group by all",
    )
    assert verdicts
    for action, verdict, _ in verdicts:
        assert verdict == ("not_evaluable" if action in ANSWERS.get(feed, ()) else "missing"), action
    unknown = sum(count for _, verdict, count in verdicts if verdict == "not_evaluable")
    assert (unknown > 0) == (feed in ANSWERS)
    assert whole["answers_not_evaluable"] == unknown
    assert _one(connection, "select count(*) from event_responses where verdict = 'not_evaluable'") == unknown
    assert (whole["lms_not_evaluable"] > 0) == (feed in ("lms_accounts", "lms_assignments", "lms_completions"))

    cells = {row[0] for row in _rows(connection, "select criterion from scorecard where reason like 'not evaluable%'")}
    assert cells == CELLS.get(feed, set())
    assert not _rows(connection, "select 1 from scorecard where reason like 'not evaluable%' and status <> 'unknown'")
    days = _one(connection, "select sum(not_evaluable_days) from integration_health")
    assert (days > 0) == (feed == "sync_runs")
    unjudged = _one(connection, "select count(*) from method_fitness where verdict = 'not_evaluable'")
    assert (unjudged > 0) == (feed in ("role_history", "lms_accounts", "lms_assignments"))


@dataclass(frozen=True)
class Stopped:
    """The company with one feed stopped, built, checked and published by the command line."""

    feed: str
    config: Path
    reader: Reader

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the published tables."""
        return self.reader.relation(sql).fetchall()

    def whole(self) -> dict[str, Any]:
        """The organisation's row of evaluability."""
        (row,) = self.reader.ask("page_evaluability").to_dict("records")
        return {str(name): value for name, value in row.items()}


@pytest.fixture(scope="module", params=["lms_completions", "role_history", "lms_assignments"])
def stopped(
    company: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stopped]:
    """One feed after the other."""
    config = _stopped(company, tmp_path_factory.mktemp(request.param) / "company", request.param)
    said = gapwatch("build", "--config", str(config), "--as-of", NOW.isoformat())
    assert said.code == 0, said.err
    assert "what rests on these is not evaluable: " in said.err
    assert ("not evaluable: " in said.out) == (request.param != "lms_assignments")
    with Reader.open(load_settings(config).warehouse.path) as reader:
        yield Stopped(request.param, config, reader)


def test_a_persons_sentence_says_it_and_what_was_known(stopped: Stopped) -> None:
    known = stopped.rows("select worker_id, requirement_id from unproven_states where valid_to is null order by all")
    if stopped.feed == "lms_assignments":
        assert not known
        return
    worker, requirement = known[0]
    told = _do("person", worker, "--on", "2026-11-02", "--config", str(stopped.config), "--format", "json")
    sentences = {row["requirement_id"]: row for row in json.loads(told)}
    assert sentences[requirement]["state"] == "not_evaluable"
    assert "not_evaluable since 2026-10-31" in sentences[requirement]["text"]
    assert "48 h old, promised every 24 h" in sentences[requirement]["text"]
    assert "by what is known," in sentences[requirement]["text"]
    before = _do("person", worker, "--on", "2026-10-30", "--config", str(stopped.config), "--format", "json")
    assert "not_evaluable" not in before


def test_the_figures_of_the_pages_say_which_share_is_open(stopped: Stopped) -> None:
    whole = stopped.whole()
    population = stopped.reader.ask("page_population").to_dict("records")[0]
    assert population["not_evaluable"] == whole["requirements_not_evaluable"]
    high = stopped.reader.ask("page_population", severity="high").to_dict("records")[0]
    rest = [
        stopped.reader.ask("page_population", severity=name).to_dict("records")[0]["not_evaluable"]
        for name in ("critical", "medium", "low")
    ]
    assert high["not_evaluable"] + sum(rest) == whole["requirements_not_evaluable"]
    events = stopped.reader.ask("page_events_headline").to_dict("records")[0]
    assert events["answers_not_evaluable"] == whole["answers_not_evaluable"]
    leavers = stopped.reader.ask("page_leavers_headline").to_dict("records")[0]
    assert bool(leavers["not_evaluable_because"]) == (stopped.feed == "role_history")
    shown = stopped.reader.ask("page_inflation").to_dict("records")[0]
    assert shown["not_evaluable"] == whole["requirements_not_evaluable"]
    assert bool(shown["lms_because"]) == (stopped.feed in ("lms_assignments", "lms_completions"))
    latency = stopped.reader.ask("page_latency")
    assert latency["not_evaluable"].any() == (stopped.feed == "lms_assignments")


def test_the_pages_say_it_under_their_headline(stopped: Stopped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAPWATCH_CONFIG", str(stopped.config))
    said = {}
    for page in ("overview", "gaps", "events", "accounts", "worker"):
        app = AppTest.from_file(str(APP), default_timeout=120)
        if page == "worker":
            app.query_params["worker"] = "HIRED"
        if page != "overview":
            app.switch_page(f"gapwatch/dashboard/pages/{page}.py")
        app.run()
        assert not app.exception, [problem.value for problem in app.exception]
        said[page] = text(app)
    states = stopped.feed in ("lms_completions", "role_history")
    whole = stopped.whole()
    share = f"{whole['requirements_not_evaluable']:,} of "
    for page in ("overview", "gaps"):
        assert (f"**{share}" in said[page] and "not evaluable**: " in said[page]) == states, page
    assert ("not_evaluable since 2026-10-31" in said["worker"]) == states
    assert ("not evaluable**: lms_assignments is 48 h old" in said["events"]) == (stopped.feed == "lms_assignments")
    assert ("Who can log in now is not evaluable" in said["accounts"]) == (stopped.feed == "role_history")
    assert ("could still log in when last heard of" in said["accounts"]) == (stopped.feed == "role_history")


def test_the_workbook_counts_it_apart_and_balances(stopped: Stopped, tmp_path: Path) -> None:
    out = tmp_path / "evidence.xlsx"
    _do("evidence", "--out", str(out), "--config", str(stopped.config))
    book = load_workbook(out, read_only=True)
    sheets = {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}
    duties = [dict(zip(sheets["Obligations"][0], row, strict=True)) for row in sheets["Obligations"][1:]]
    states = [str(row["State"]) for row in duties if row["At period end"] == "yes"]
    known = dict(stopped.rows("select state, count(*) from evaluable_timeline where valid_to is null group by all"))
    assert {state: states.count(state) for state in set(states)} == known
    assert "does not balance" not in {str(value) for row in sheets["Tie-out"] for value in row}
    cover = {str(row[0]): row for row in sheets["Cover"]}
    whole = stopped.whole()
    least = whole["requirement_compliance_at_least_pct"]
    told = cover["Requirement compliance, %"]
    assert told[1] == (None if least is None or least != least else pytest.approx(least, abs=0.006))
    assert ("are not evaluable" in str(told[2])) == (stopped.feed != "lms_assignments")
    answered = str(cover["Answered within the time allowed, %"][2])
    assert ("are not evaluable" in answered) == (stopped.feed == "lms_assignments")
    gaps = [dict(zip(sheets["Gaps"][0], row, strict=True)) for row in sheets["Gaps"][1:]]
    open_gaps = [row for row in gaps if row["Open at period end"] == "yes"]
    assert open_gaps
    assert all(bool(row["Not evaluable for want of"]) == (stopped.feed != "lms_assignments") for row in open_gaps)


def test_the_digest_is_no_all_clear_and_gives_the_share(stopped: Stopped, tmp_path: Path) -> None:
    _do("digest", "--to-folder", str(tmp_path), "--config", str(stopped.config))
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in tmp_path.glob("*.eml")
    ]
    assert mails
    sources = {row[0] for row in stopped.rows("select source from stopped_sources")}
    texts = []
    for mail in mails:
        assert isinstance(mail, EmailMessage)
        assert "data degraded" in mail["Subject"]
        body = mail.get_body(("plain",))
        assert body is not None
        texts.append(" ".join(body.get_content().split()))
    assert all(source in told for told in texts for source in sources)
    assert any("not evaluable" in told for told in texts)


def test_its_owner_is_told_once_by_mail_and_webhook_and_once_when_it_is_back(stopped: Stopped) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port, web_hook() as hook:
        settings = load_settings(stopped.config).model_copy(
            update={
                "digest": Digest(smtp=Smtp(host="127.0.0.1", port=port, security="none", sender="g@example.com")),
                "alerts": Alerts(webhook=hook.url),
            }
        )
        begun = incidents_of(stopped.reader, settings, since=NOW)
        late = sorted(one.key for one in begun if one.key.startswith("source:"))
        assert late == sorted(f"source:{row[0]}" for row in stopped.rows("select source from stopped_sources"))
        for hours in (0, 1, 24):
            alert(settings, begun, at=NOW + dt.timedelta(hours=hours))
        assert (mailbox.addresses.count("owner@example.com"), len(mailbox.accepted)) == (1, len(set(mailbox.addresses)))
        told = mailbox.accepted[mailbox.addresses.index("owner@example.com")][1].get_content()
        assert all(f"NEW   source {key.removeprefix('source:')} " in told for key in late)
        assert len([body for body in hook.bodies if body["owner"] == "owner@example.com"]) == 1
        back = [one for one in begun if not one.key.startswith("source:")]
        for hours in (25, 26):
            alert(settings, back, at=NOW + dt.timedelta(hours=hours))
        assert mailbox.addresses.count("owner@example.com") == 2
        assert [len(body["cleared"]) for body in hook.bodies if body["owner"] == "owner@example.com"] == [0, len(late)]
