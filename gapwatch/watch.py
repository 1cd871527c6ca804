"""What is wrong with the feeds and checks right now, said once to whoever owns it, and once more when it is over.

Owns incidents, their state in ``warehouse/alerts/incidents.json``, and the two ways out (mail over the digest's SMTP
server, a webhook). Decides no rule: what is late, held or failed is in ``feed_health`` and ``check_results``. Names no
worker. Called by ``gapwatch watch``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal

from gapwatch.config import Settings
from gapwatch.digest.send import Mailer
from gapwatch.errors import ConfigurationError
from gapwatch.reads import Reader

WEBHOOK_VARIABLE: Final = "GAPWATCH_ALERT_WEBHOOK"
_TIMEOUT: Final = 15.0
_OF_SOURCES: Final = ("loads_late", "loads_overdue", "loads_held")  # told source by source
Channel = Literal["mail", "webhook"]


@dataclass(frozen=True)
class Incident:
    """One thing that is wrong. ``key`` is its identity for as long as it lasts, ``owner`` who is told; ``told`` and
    ``cleared_told`` the channels that took the news of its start and of its end.
    """

    key: str
    owner: str
    text: str
    since: str
    told: tuple[str, ...] = ()
    cleared_told: tuple[str, ...] = ()
    is_over: bool = False


@dataclass(frozen=True)
class Alert:
    """What became of one message: to whom, by which channel, how many news, and why not where it was not taken."""

    owner: str
    channel: Channel
    opened: int
    cleared: int
    reason: str = ""


def incidents_of(reader: Reader, settings: Settings, *, since: dt.datetime) -> list[Incident]:
    """What is wrong in that generation: sources late, overdue, held or never loaded, and critical checks that did not
    pass. ``since`` dates those that are new.
    """
    begun = since.isoformat(timespec="seconds")
    owners = {source.name: source.owner or "" for source in settings.sources}
    found = []
    for row in reader.ask("watch_sources").itertuples():
        text = f"source {row.source} ({row.feed}) is {str(row.status).replace('_', ' ')}"
        if row.status in ("late", "overdue"):
            text += f": {row.age_hours:.1f} h old, promised every {row.expect_every_hours:g} h"
        found.append(Incident(f"source:{row.source}", owners.get(str(row.source), ""), text, begun))
    for row in reader.ask("watch_checks").itertuples():
        if row.check_id in _OF_SOURCES:
            continue
        mine = sorted({source.owner or "" for source in settings.sources if source.feed == row.feed})
        state = (
            "could not run" if row.status == "error" else f"failed on {row.rows_failed:,} of {row.rows_checked:,} rows"
        )
        text = f"check {row.check_id} ({row.feed}, {row.severity}) {state}"
        found.append(Incident(f"check:{row.check_id}:{row.feed}", mine[0] if len(mine) == 1 else "", text, begun))
    return found


def unbuilt(what: str, *, since: dt.datetime) -> Incident:
    """The incident that no report could be built; ``what`` is the error's first words, without personal data."""
    return Incident("run", "", f"no report could be built: {what}", since.isoformat(timespec="seconds"))


def alert(settings: Settings, present: Iterable[Incident], *, at: dt.datetime) -> list[Alert]:
    """Tell each owner by each channel what began and what ended since it was last told; one message each.

    What a channel does not take stays untold and is tried again the next time. Raises ConfigurationError for what no
    later try mends (a refused login, say).
    """
    path = settings.warehouse.path / "alerts" / "incidents.json"
    known = _merged(_read(path), {one.key: one for one in present})
    results = []
    for owner in sorted({one.owner for one in known.values()}):
        for channel in _channels(settings, owner):
            mine = [one for one in known.values() if one.owner == owner]
            opened = [one for one in mine if not one.is_over and channel not in one.told]
            cleared = [one for one in mine if one.is_over and channel in one.told and channel not in one.cleared_told]
            if not opened and not cleared:
                continue
            reason = _send(settings, channel, owner=owner, opened=opened, cleared=cleared, at=at)
            results.append(Alert(owner, channel, len(opened), len(cleared), reason))
            if not reason:
                for one in opened:
                    known[one.key] = replace(one, told=(*one.told, channel))
                for one in cleared:
                    known[one.key] = replace(one, cleared_told=(*one.cleared_told, channel))
                _write(path, known)
    _write(path, {key: one for key, one in known.items() if not one.is_over or set(one.told) - set(one.cleared_told)})
    return results


def _merged(before: Mapping[str, Incident], present: Mapping[str, Incident]) -> dict[str, Incident]:
    """The incidents that go on keep when they began and who knows; those that came back before their end was told
    never ended.
    """
    merged = {}
    for key, old in before.items():
        new = present.get(key)
        if new is None:
            merged[key] = replace(old, is_over=True)
        elif old.is_over and old.cleared_told:
            merged[key] = new
        else:
            merged[key] = replace(old, is_over=False, text=new.text, owner=new.owner)
    return merged | {key: new for key, new in present.items() if key not in before}


def _channels(settings: Settings, owner: str) -> list[Channel]:
    found: list[Channel] = []
    if settings.digest.smtp is not None and _address(settings, owner):
        found.append("mail")
    if _webhook(settings):
        found.append("webhook")
    return found


def _address(settings: Settings, owner: str) -> str:
    return owner if "@" in owner else settings.alerts.mail_to or ""


def _webhook(settings: Settings) -> str:
    return os.environ.get(WEBHOOK_VARIABLE, "") or settings.alerts.webhook or ""


def _send(
    settings: Settings,
    channel: Channel,
    *,
    owner: str,
    opened: list[Incident],
    cleared: list[Incident],
    at: dt.datetime,
) -> str:
    """Send one message; the reason why it was not taken, empty when it was."""
    if channel == "webhook" or settings.digest.smtp is None:
        return _post(_webhook(settings), owner=owner, opened=opened, cleared=cleared, at=at)
    to = _address(settings, owner)
    message = _message(settings, to=to, opened=opened, cleared=cleared, at=at)
    with Mailer(
        settings.digest.smtp,
        user=os.environ.get("GAPWATCH_SMTP_USER", ""),
        password=os.environ.get("GAPWATCH_SMTP_PASSWORD", ""),
    ) as mailer:
        delivery = mailer.deliver(message, to=to)
    return "" if delivery.is_accepted else delivery.reason or "not accepted"


def _subject(settings: Settings, *, opened: list[Incident], cleared: list[Incident]) -> str:
    parts = [f"{len(opened)} new" if opened else "", f"{len(cleared)} over" if cleared else ""]
    return f"gapwatch, {settings.organisation.name}: feed and check alerts, {', '.join(filter(None, parts))}"


def _lines(opened: list[Incident], cleared: list[Incident]) -> list[str]:
    return [f"NEW   {one.text}" for one in opened] + [f"OVER  {one.text} (since {one.since})" for one in cleared]


def _message(
    settings: Settings, *, to: str, opened: list[Incident], cleared: list[Incident], at: dt.datetime
) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.digest.smtp.sender if settings.digest.smtp else ""
    message["To"] = to
    message["Subject"] = _subject(settings, opened=opened, cleared=cleared)
    message["Date"] = format_datetime(at)
    material = json.dumps([to, [(one.key, one.since, one.is_over) for one in (*opened, *cleared)]])
    message["Message-ID"] = f"<gapwatch.alert.{hashlib.sha256(material.encode()).hexdigest()[:24]}@gapwatch>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "\n".join(_lines(opened, cleared))
        + f"\n\nSeen at {at:%Y-%m-%d %H:%M} UTC. Each is told once, and once more when it is over."
        + f"\n{settings.digest.dashboard_url.rstrip('/')}/health\n"
    )
    return message


def _post(url: str, *, owner: str, opened: list[Incident], cleared: list[Incident], at: dt.datetime) -> str:
    def told(one: Incident) -> dict[str, str]:
        return {"key": one.key, "text": one.text, "since": one.since}

    body = {
        "text": "\n".join(_lines(opened, cleared)),
        "owner": owner,
        "at": at.isoformat(timespec="seconds"),
        "opened": [told(one) for one in opened],
        "cleared": [told(one) for one in cleared],
    }
    if not url.startswith(("http://", "https://")):
        raise ConfigurationError("the webhook is no http address", where=f"alerts.webhook or {WEBHOOK_VARIABLE}")
    request = urllib.request.Request(  # noqa: S310 (http and https alone, see above)
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        return f"HTTP {error.code}"
    except OSError as error:
        return type(error).__name__  # the text may hold the address, which may hold a secret


def _read(path: Path) -> dict[str, Incident]:
    if not path.is_file():
        return {}
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            row["key"]: Incident(**{**row, "told": tuple(row["told"]), "cleared_told": tuple(row["cleared_told"])})
            for row in rows
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            "the state of the alerts cannot be read", where=str(path), do="remove the file: what is wrong is told anew"
        ) from error


def _write(path: Path, known: Mapping[str, Incident]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps([asdict(known[key]) for key in sorted(known)], indent=1), encoding="utf-8")
    new.replace(path)
