"""Alerts over a real mail server and a real HTTP endpoint: once an incident, by owner, and again when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from digest.mail_server import Mailbox, mail_server
from watch.hooks import Hook, web_hook

from gapwatch.cli import gapwatch
from gapwatch.config import Alerts, Digest, Settings, Smtp, Source, Warehouse
from gapwatch.errors import ConfigurationError
from gapwatch.watch import WEBHOOK_VARIABLE, Incident, alert

AT = dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)
BEGUN = "2026-03-01T06:00:00+00:00"


@pytest.fixture
def hook() -> Iterator[Hook]:
    """The endpoint."""
    with web_hook() as made:
        yield made


def _settings(folder: Path, *, port: int = 1, mail_to: str | None = None, webhook: str | None = None) -> Settings:
    return Settings(
        folder=folder,
        warehouse=Warehouse(path=folder / "warehouse"),
        digest=Digest(smtp=Smtp(host="127.0.0.1", port=port, security="none", sender="gapwatch@example.com")),
        alerts=Alerts(mail_to=mail_to, webhook=webhook),
        sources=(Source(name="hr", feed="workers", path="w.csv", owner="hris@example.com"),),
    )


def _late(source: str, owner: str) -> Incident:
    return Incident(f"source:{source}", owner, f"source {source} is late", BEGUN)


def test_one_mail_an_owner_once_however_long_it_lasts_and_one_when_it_is_over(tmp_path: Path) -> None:
    mailbox = Mailbox()
    both = [_late("hr", "hris@example.com"), _late("roles", "hris@example.com"), _late("lms", "")]
    with mail_server(mailbox) as port:
        settings = _settings(tmp_path, port=port, mail_to="ops@example.com")
        alert(settings, both, at=AT)
        assert sorted(mailbox.addresses) == ["hris@example.com", "ops@example.com"]
        for hours in (1, 2, 48):
            assert alert(settings, both, at=AT + dt.timedelta(hours=hours)) == []
        assert len(mailbox.accepted) == 2
        alert(settings, both[:1], at=AT + dt.timedelta(hours=49))
        told = {addresses[0]: message.get_content() for addresses, message in mailbox.accepted[2:]}
        assert set(told) == {"hris@example.com", "ops@example.com"}
        assert "OVER  source roles is late (since 2026-03-01T06:00:00+00:00)" in told["hris@example.com"]
        assert "source hr " not in told["hris@example.com"]
        assert alert(settings, both[:1], at=AT + dt.timedelta(hours=50)) == []
        alert(settings, both[:2], at=AT + dt.timedelta(hours=51))  # it came back: a new incident
    assert len(mailbox.accepted) == 5
    assert "1 new" in mailbox.accepted[-1][1]["Subject"]
    assert len({message["Message-ID"] for _, message in mailbox.accepted}) >= 4


def test_the_webhook_gets_owner_and_incidents_and_what_it_refuses_is_tried_again(tmp_path: Path, hook: Hook) -> None:
    settings = _settings(tmp_path, webhook=hook.url)
    settings = settings.model_copy(update={"digest": Digest()})
    hook.status = 503
    (failed,) = alert(settings, [_late("hr", "hris@example.com")], at=AT)
    assert (failed.channel, failed.reason) == ("webhook", "HTTP 503")
    hook.status = 200
    (taken,) = alert(settings, [_late("hr", "hris@example.com")], at=AT)
    assert taken.reason == ""
    assert alert(settings, [_late("hr", "hris@example.com")], at=AT) == []
    alert(settings, [], at=AT)
    assert [(body["owner"], len(body["opened"]), len(body["cleared"])) for body in hook.bodies] == [
        ("hris@example.com", 1, 0),
        ("hris@example.com", 0, 1),
    ]
    assert hook.bodies[0]["text"] == "NEW   source hr is late"
    assert alert(settings, [], at=AT) == []


def test_what_was_never_told_is_not_called_over(tmp_path: Path, hook: Hook) -> None:
    settings = _settings(tmp_path, webhook=hook.url)
    hook.status = 500
    alert(settings, [_late("lms", "")], at=AT)
    hook.status = 200
    assert alert(settings, [], at=AT) == []
    assert hook.bodies == []


def test_one_channel_down_does_not_repeat_the_other(tmp_path: Path, hook: Hook) -> None:
    mailbox = Mailbox(fault=lambda *_: "550 not here")
    with mail_server(mailbox) as port:
        settings = _settings(tmp_path, port=port, mail_to="ops@example.com", webhook=hook.url)
        first = alert(settings, [_late("lms", "")], at=AT)
        assert sorted((one.channel, bool(one.reason)) for one in first) == [("mail", True), ("webhook", False)]
        mailbox.fault = None
        (second,) = alert(settings, [_late("lms", "")], at=AT)
        assert (second.channel, second.reason) == ("mail", "")
    assert (len(hook.bodies), len(mailbox.accepted)) == (1, 1)


def test_a_torn_state_is_named(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    path = settings.warehouse.path / "alerts" / "incidents.json"
    path.parent.mkdir(parents=True)
    path.write_text("[{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="state of the alerts"):
        alert(settings, [], at=AT)


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    """A mail server: what it took, and its port."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        yield mailbox, port


def test_a_feed_that_stopped_is_told_once_through_the_command(
    tmp_path: Path, hook: Hook, post: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox, port = post
    monkeypatch.setenv(WEBHOOK_VARIABLE, hook.url)
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "requirements.csv").write_text("requirement_id,title\nR,Forklift\n", encoding="utf-8")
    (tmp_path / "workers.csv").write_text("worker_id\nW1\n", encoding="utf-8")
    config = tmp_path / "gapwatch.toml"
    config.write_text(
        '[[sources]]\nname = "hr"\nfeed = "workers"\npath = "workers.csv"\nexpect_every_hours = 24\n'
        'owner = "hris@example.com"\n'
        f'[digest.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "gapwatch@example.com"\n',
        encoding="utf-8",
    )
    runner = CliRunner()

    def say(*arguments: str) -> str:
        result = runner.invoke(gapwatch, [*arguments, "--config", str(config)], standalone_mode=False)
        assert result.exception is None, result.exception
        assert result.return_value == 0, result.output
        return result.output

    two_days_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=50)
    say("load", "--loaded-at", two_days_ago.isoformat())
    assert "hris@example.com: source hr (workers) is overdue: 50.0 h old, promised every 24 h" in say("watch", "--once")
    say("watch", "--once")
    mine = [body for body in hook.bodies if body["owner"] == "hris@example.com"]
    assert len(mine) == 1
    assert [one["key"] for one in mine[0]["opened"]] == ["source:hr"]
    assert mailbox.addresses == ["hris@example.com"]
    assert "NEW   source hr (workers) is overdue" in mailbox.accepted[0][1].get_content()
    say("watch", "--once", "--load")
    mine = [body for body in hook.bodies if body["owner"] == "hris@example.com"]
    assert [one["key"] for one in mine[1]["cleared"]] == ["source:hr"]
    say("watch", "--once")
    assert mailbox.addresses == ["hris@example.com"] * 2
    assert "OVER  source hr (workers) is overdue" in mailbox.accepted[1][1].get_content()
    assert len([body for body in hook.bodies if body["owner"] == "hris@example.com"]) == 2


@pytest.mark.parametrize("every", ["", "0m", "15", "1d", "m"])
def test_an_interval_that_is_none_is_refused(tmp_path: Path, every: str) -> None:
    result = CliRunner().invoke(
        gapwatch, ["watch", "--every", every, "--config", str(tmp_path / "none.toml")], standalone_mode=False
    )
    assert isinstance(result.exception, ConfigurationError)
    assert "no interval" in str(result.exception)
