"""xAPI statements of a learning record store, as rows of ``lms_completions``.

Owns which statements are attempts at a course, what each says of it, and that a voided one is none, whichever page
or load tells so. ``completed`` is not ``passed``; ``since`` acts on the time of storage. Called by
``gapwatch.loaders.services``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.services.client import Client
from gapwatch.loaders.services.cursor import Follower, Reached, instant
from gapwatch.loaders.services.paging import Pages
from gapwatch.loaders.services.path import dig, shown
from gapwatch.loaders.services.records import RecordFile
from gapwatch.loaders.services.rest import INCREMENTAL, say_page
from gapwatch.service_settings import Paging, Rest, Since

_VERSION: Final = "1.0.3"
_VOIDED: Final = "http://adlnet.gov/expapi/verbs/voided"
_VERBS: Final = {
    "http://adlnet.gov/expapi/verbs/passed": "passed",
    "http://adlnet.gov/expapi/verbs/completed": "completed",
    "http://adlnet.gov/expapi/verbs/failed": "failed",
    "https://w3id.org/xapi/adl/verbs/waived": "waived",
}
_COLUMNS: Final = ("completion_id", "account_id", "course_id", "completed_at", "result", "score", "recorded_at")
_SINCE: Final = Since(parameter="since", field="stored", format="iso", overlap_seconds=1)
_PAGING: Final = Paging(type="next_link", next="more")


def fetch_xapi(source: Source, *, scratch: Path, cursor: str | None, progress: Callable[[str], None]) -> Fetched:
    """The attempts stored in an LRS; in modes ``delta`` and ``event`` those stored since ``cursor``. ``path`` is
    the LRS's base address, or that of its ``/statements``.

    In those modes a statement that voids one of an earlier load becomes a row that deletes it.
    Raises LoadError when the statements cannot be had whole, ConfigurationError for another feed.
    """
    rest = source.rest or Rest()
    url = source.path.removeprefix("xapi+").rstrip("/")
    url = url if url.endswith("/statements") else f"{url}/statements"
    address = shown(url)
    where = f"source {source.name}: {address}"
    if source.feed != "lms_completions":
        raise ConfigurationError(
            f"an LRS has completions, and feed {source.feed} is not about them",
            where=where,
            do='set feed = "lms_completions"',
        )
    headers = {"X-Experience-API-Version": _VERSION, **rest.headers}
    rest = rest.model_copy(update={"headers": headers})
    params = {"ascending": "true", **{name: str(value) for name, value in rest.params.items()}}
    if rest.paging.size is not None:
        params["limit"] = str(rest.paging.size)
    incremental = source.mode in INCREMENTAL
    follower = Follower(_SINCE, Reached.of_text(cursor if incremental else None, of=f"{address} stored"))
    asked = follower.asks_for()
    if asked is not None:
        params["since"] = asked
    attempts = _Attempts(where, verbs=_VERBS | {verb: verb for verb in source.values.get("result", {})})
    with (
        Client(rest, where=where, progress=progress) as client,
        RecordFile(scratch, name="attempts.jsonl") as found,
    ):
        pages = Pages(client, _PAGING, url=url, params=params, records=attempts.statements, max_pages=rest.max_pages)
        received = 0
        for page in pages:
            if page.number == 1:
                through = page.headers.get("x-experience-api-consistent-through")
                follower.complete_to = instant(through) if through else None
            for statement in page.records:
                if attempts.is_new(statement, follower):
                    attempts.take(statement, found)
            received += len(page.records)
            say_page(progress, source.name, page, count=received)
    with RecordFile(scratch) as file:
        kept = attempts.keep(found.path, file, tombstones=incremental)
    progress(f"{source.name}: {received:,} statements, {kept:,} attempts, {len(attempts.voided):,} voided")
    return file.fetched(address, cursor=follower.reached().to_text())


class _Attempts:
    def __init__(self, where: str, *, verbs: dict[str, str]) -> None:
        self._where, self._verbs = where, verbs
        self.voided: dict[str, None] = {}

    def statements(self, body: Any) -> list[Any]:
        """The statements of a page."""
        found = body.get("statements") if isinstance(body, dict) else None
        if not isinstance(found, list):
            raise LoadError(
                "the answer is no list of xAPI statements",
                where=self._where,
                do="check path: the base address of the LRS, or that of its /statements",
            )
        return found

    def is_new(self, statement: Any, follower: Follower) -> bool:
        """Whether no load before this one had it."""
        stored = statement.get("stored") if isinstance(statement, dict) else None
        takes = follower.takes({"id": statement["id"]}, stored) if stored and statement.get("id") else None
        if takes is None:
            raise LoadError(
                "a statement has no id or no time of storage",
                where=self._where,
                do="check that path leads to an LRS (xAPI 1.0.3, section 2.4)",
            )
        return takes

    def take(self, statement: dict[str, Any], file: RecordFile) -> None:
        """Write down an attempt, or which statement this one voids; other statements are none of either."""
        verb = dig(statement, "verb.id")
        target = statement.get("object")
        target = target if isinstance(target, dict) else {}
        if verb == _VOIDED:
            if target.get("objectType") == "StatementRef" and isinstance(target.get("id"), str):
                self.voided[target["id"].lower()] = None
            return
        result = self._verbs.get(verb) if isinstance(verb, str) else None
        if result is None:
            return
        is_activity = target.get("objectType", "Activity") == "Activity"
        score = dig(statement, "result.score.raw")
        file.write(
            {
                "completion_id": statement["id"].lower(),  # a UUID, in whatever case others name it
                "account_id": _account(statement.get("actor")),
                "course_id": target.get("id") if is_activity else None,
                "completed_at": statement.get("timestamp"),
                "result": _judged(result, statement.get("result")),
                "score": dig(statement, "result.score.scaled") if score is None else score,
                "recorded_at": statement["stored"],
            }
        )

    def keep(self, found: Path, file: RecordFile, *, tombstones: bool) -> int:
        """Write the attempts that were not voided, then a row that deletes for each voided one of an earlier
        load; returns how many attempts were kept.
        """
        dropped = set()
        with found.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if row["completion_id"] in self.voided:
                    dropped.add(row["completion_id"])
                else:
                    file.write(row | {"is_deleted": "false"} if tombstones else row)
        kept = file.count
        if tombstones:
            for target in self.voided:
                if target not in dropped:
                    file.write(dict.fromkeys(_COLUMNS) | {"completion_id": target, "is_deleted": "true"})
        return kept


def _account(actor: Any) -> str | None:
    """The name of the actor's account, else the address, else another identifier; None for a group."""
    if not isinstance(actor, dict) or actor.get("objectType", "Agent") != "Agent":
        return None
    name, mbox = dig(actor, "account.name"), actor.get("mbox")
    if isinstance(name, str):
        return name
    if isinstance(mbox, str):
        return mbox.removeprefix("mailto:")
    other = actor.get("openid") or actor.get("mbox_sha1sum")
    return other if isinstance(other, str) else None


def _judged(result: str, stated: Any) -> str:
    """What the statement's result makes of its verb: success and completion are more exact than the verb."""
    stated = stated if isinstance(stated, dict) else {}
    if result in ("passed", "completed"):
        if stated.get("success") is False:
            return "failed"
        if stated.get("completion") is False:
            return "incomplete"
        if stated.get("success") is True:
            return "passed"
    return result
