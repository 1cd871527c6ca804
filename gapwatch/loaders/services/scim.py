"""SCIM 2.0 users (RFC 7643, RFC 7644), as rows of ``lms_accounts`` or ``workers``.

Owns the paging of SCIM (``startIndex`` counts from 1) and the shipped mapping. SCIM has no date of deactivation:
the column stays empty, and the first load that shows the account inactive dates it. Called by
``gapwatch.loaders.services``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError, LoadError
from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.services.client import Client
from gapwatch.loaders.services.paging import ListChanged, Pages
from gapwatch.loaders.services.path import dig, shown
from gapwatch.loaders.services.records import RecordFile
from gapwatch.loaders.services.rest import READINGS, say_page
from gapwatch.service_settings import Paging, Rest

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_PAGE: Final = 200
_NAME: Final = re.compile(r"[A-Za-z_$][\w$.-]*")
FEEDS: Final = ("lms_accounts", "workers")


def fetch_scim(source: Source, *, scratch: Path, progress: Callable[[str], None]) -> Fetched:
    """The users of a SCIM service: ``path`` is its base address, or that of its ``/Users``.

    Raises LoadError when the list cannot be had whole, ConfigurationError for another feed.
    """
    rest = source.rest or Rest()
    url = source.path.removeprefix("scim+").rstrip("/")
    url = url if url.endswith("/Users") else f"{url}/Users"
    where = f"source {source.name}: {shown(url)}"
    if source.feed not in FEEDS:
        raise ConfigurationError(
            f"SCIM has users, and feed {source.feed} is not about them",
            where=where,
            do=f"set feed to {' or '.join(FEEDS)}",
        )
    paging = Paging(
        type="offset",
        parameter="startIndex",
        first=1,
        size_parameter="count",
        size=rest.paging.size or _PAGE,
        total="totalResults",
    )
    params = {name: str(value) for name, value in rest.params.items()}
    wanted = frozenset(_NAME.findall(" ".join(source.columns.values())))
    for _ in range(READINGS):
        try:
            with (
                Client(rest, where=where, accept="application/scim+json", progress=progress) as client,
                RecordFile(scratch) as file,
            ):
                listed = _Listed(where)
                pages = Pages(client, paging, url=url, params=params, records=listed, max_pages=rest.max_pages)
                for page in pages:
                    for user in page.records:
                        file.write(_row(user, feed=source.feed, wanted=wanted))
                    say_page(progress, source.name, page, count=file.count)
            return file.fetched(shown(url), cursor=None)
        except ListChanged:
            progress(f"{source.name}: users were added or removed meanwhile; reading them again")
    raise LoadError(
        f"users were added or removed while they were read, {READINGS} times",
        where=where,
        do="load again when no provisioning runs",
    )


class _Listed:
    """The users of a page. A list without users may leave ``Resources`` out."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __call__(self, body: Any) -> list[Any]:
        schemas = body.get("schemas") if isinstance(body, dict) else None
        found = body.get("Resources", []) if isinstance(body, dict) else None
        if (
            (isinstance(schemas, list) and _ERROR in schemas)
            or not isinstance(found, list | None)
            or not (isinstance(body, dict) and "totalResults" in body)
        ):
            raise LoadError(
                "the answer is no SCIM list of users",
                where=self._where,
                do="check path: the base address of the SCIM service, or that of its /Users",
            )
        return found or []


def _row(user: Any, *, feed: str, wanted: frozenset[str]) -> Any:
    """The canonical columns of one user, and the attributes that the source's own mapping names."""
    if not isinstance(user, dict):
        return user
    number = _text(dig(user, f"{ENTERPRISE}.employeeNumber"))
    worker = number or _text(user.get("externalId"))
    row: dict[str, Any] = {"email": _primary(user.get("emails")), "username": _text(user.get("userName"))}
    row["full_name"] = _full_name(user)
    if feed == "workers":
        row |= {"worker_id": worker, "worker_type": _text(user.get("userType"))}
    else:
        active = str(user.get("active")).lower()  # some services write a text
        row |= {
            "account_id": _text(user.get("id")),
            "worker_ref": worker,
            "status": {"true": "active", "false": "inactive"}.get(active),
            "created_at": _text(dig(user, "meta.created")),
        }
    named = {name: value for name, value in _attributes(user).items() if name in wanted and name not in row}
    return row | named


def _attributes(user: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Attributes by dotted name; those of the enterprise extension without its URN."""
    flat: dict[str, Any] = {}
    for name, value in user.items():
        dotted = prefix if name == ENTERPRISE else f"{prefix}{name}"
        if isinstance(value, dict):
            flat |= _attributes(value, f"{dotted}." if dotted else "")
        else:
            flat[dotted] = value
    return flat


def _primary(emails: Any) -> str | None:
    """The primary address, else that of type work, else the first."""
    listed = [one for one in emails if isinstance(one, dict) and one.get("value")] if isinstance(emails, list) else []
    listed.sort(key=lambda one: (one.get("primary") is not True, one.get("type") != "work"))
    return _text(listed[0].get("value")) if listed else None


def _full_name(user: dict[str, Any]) -> str | None:
    parts = [_text(dig(user, "name.givenName")), _text(dig(user, "name.familyName"))]
    spelled = " ".join(part for part in parts if part)
    return _text(user.get("displayName")) or _text(dig(user, "name.formatted")) or spelled or None


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
