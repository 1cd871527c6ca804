"""Settings from ``gapwatch.toml`` and ``GAPWATCH_*`` variables, frozen once read.

Owns what may be configured and its defaults. Reads no data and opens no warehouse. Secrets come only from the
environment (``GAPWATCH_SMTP_PASSWORD`` and the like) and are asked for where they are used, never kept here.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from gapwatch.errors import ConfigurationError
from gapwatch.feeds import FEEDS
from gapwatch.service_settings import Database, Rest, problem_of, service_of


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; write one like America/Chicago") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Organisation(_Frozen):
    """Whose data it is, and the zone of dates that name no site."""

    name: str = "Organisation"
    timezone: Zone = "UTC"


class Warehouse(_Frozen):
    """Where loads and generations are kept."""

    path: Path = Path("warehouse")


class PolicyFolder(_Frozen):
    """Where the policy tables lie: one CSV or XLSX file a table."""

    path: Path = Path("policy")


class Guard(_Frozen):
    """Limits that hold a load; 0 switches one off. They judge feeds of at least 100 rows."""

    max_shrink_pct: float = Field(default=20.0, ge=0)
    max_ended_pct: float = Field(default=5.0, ge=0)


class Lookup(_Frozen):
    """A second file that adds columns to a source's rows: those of its row with the same key."""

    path: str | None = None  # one file; a shipped mapping leaves it to the source
    key: str | None = None  # what identifies a row of it: a column, or an expression over its columns
    on: str | None = None  # the same, of the source's own rows
    optional: bool = False  # without a path its columns are missing, and that is no error
    format: Literal["csv", "xlsx", "json", "xml", "parquet"] | None = None
    records: str | None = None
    unnest: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None


class Source(_Frozen):
    """One source of one feed: where it lies, how it is read and what its columns mean."""

    name: str
    feed: str
    path: str
    preset: str | None = None
    mode: Literal["full", "delta", "snapshot", "event"] = "full"
    carries: Literal["whole", "changes"] | None = None  # default: changes for mode event, else whole rows
    vanished: Literal["go", "keep"] = "go"  # full: whether rows that a later file no longer has stay in force
    deleted_when: str | None = None  # a condition over source columns: the row says that its key is deleted
    emptied_by: str | None = None  # carries = "changes": the text that says "now empty"
    format: Literal["csv", "xlsx", "json", "xml", "parquet", "scim", "xapi"] | None = (
        None  # default: by the file's ending
    )
    records: str | None = None  # JSON: key or dotted path of the list of records; XML: the element of one
    unnest: str | None = None  # the dotted path of a list inside each record: one row per element
    sheet: str | None = None  # XLSX: the sheet's name; default: the first
    delimiter: str | None = None
    encoding: str | None = None
    trailer: str | None = None  # CSV: a pattern of the line that closes the file; its first group counts the rows
    where: str | None = None  # a condition over source columns: the rows to take; the others are counted as left out
    date_format: str | tuple[str, ...] | None = None  # beside ISO 8601: strptime patterns, epoch_s, epoch_ms, odata
    midnights: Literal["times", "dates"] = "times"  # dates: a midnight in a column of dates is the bare date
    timezone: Zone | None = None
    end_dates: Literal["exclusive", "inclusive"] = "exclusive"
    termination_dates: Literal["first_day", "last_day"] = "first_day"
    covers_from: dt.date | dt.datetime | None = None
    expect_every_hours: float | None = Field(default=None, gt=0)
    owner: str | None = None  # whom `gapwatch watch` tells: a name, or an address that mail goes to
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    lookups: dict[str, Lookup] = Field(default_factory=dict)
    rest: Rest | None = None  # path is an HTTP service
    database: Database | None = None  # path is a SQL database

    @property
    def service(self) -> Literal["rest", "scim", "xapi", "sql"] | None:
        """Which kind of service the source is; None: files."""
        return service_of(self.path, format=self.format, rest=self.rest)

    @model_validator(mode="before")
    @classmethod
    def _statements(cls, given: Any) -> Any:
        """An LRS gives whole attempts, in every mode."""
        if not isinstance(given, dict) or service_of(str(given.get("path")), format=given.get("format")) != "xapi":
            return given
        return {"carries": "whole", **given}

    @model_validator(mode="after")
    def _possible_service(self) -> Source:
        problem = problem_of(self.path, service=self.service, rest=self.rest, database=self.database)
        if problem:
            raise ValueError(problem)
        return self

    @field_validator("feed")
    @classmethod
    def _known_feed(cls, feed: str) -> str:
        if feed not in FEEDS:
            raise ValueError(f"{feed!r} is no feed; choose one of {', '.join(FEEDS)}")
        return feed

    @field_validator("trailer")
    @classmethod
    def _is_pattern(cls, trailer: str | None) -> str | None:
        try:
            re.compile(trailer or "")
        except re.error as error:
            raise ValueError(f"trailer is no pattern: {error}") from error
        return trailer

    @property
    def date_formats(self) -> tuple[str, ...]:
        """``date_format`` as a list."""
        return (self.date_format,) if isinstance(self.date_format, str) else self.date_format or ()

    @property
    def carries_changes(self) -> bool:
        """Whether a row states only what changed: what it leaves empty is as it was."""
        return (self.carries or ("changes" if self.mode == "event" else "whole")) == "changes"

    @model_validator(mode="after")
    def _known_columns(self) -> Source:
        for table, names in (("columns", self.columns), ("values", self.values)):
            for name in names:
                if FEEDS[self.feed].column(name) is None:
                    raise ValueError(f"[sources.{table}] names {name!r}, which feed {self.feed} does not have")
        return self

    @model_validator(mode="after")
    def _possible_changes(self) -> Source:
        if self.mode == "snapshot" and self.carries == "changes":
            raise ValueError('a snapshot states whole rows; leave carries out, or set mode = "event"')
        if self.vanished == "keep" and self.mode != "full":
            raise ValueError('vanished = "keep" is for mode = "full"; in the other modes nothing goes by being absent')
        if self.emptied_by is not None and not self.carries_changes:
            raise ValueError('emptied_by is for rows that state only what changed; set carries = "changes"')
        return self


class Smtp(_Frozen):
    """The mail server of the digest. User and password: GAPWATCH_SMTP_USER and GAPWATCH_SMTP_PASSWORD."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str


class Digest(_Frozen):
    """Who gets the weekly digest, and how."""

    recipients: Path | None = None  # CSV: email, name, site (empty: all sites), attach (xlsx)
    owner: str | None = None  # the address that is told who got no mail, and that bounces go to
    smtp: Smtp | None = None
    dashboard_url: str = "http://127.0.0.1:8501"


class Alerts(_Frozen):
    """Whom `gapwatch watch` tells. GAPWATCH_ALERT_WEBHOOK wins over ``webhook``, for addresses that are secrets."""

    mail_to: str | None = None  # what belongs to no owner with an address
    webhook: str | None = Field(default=None, pattern="^https?://")


def _secure(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("write a whole address: https://gapwatch.example.com")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("only an address of this machine may go without https: what is sent there opens the door")
    return address.rstrip("/")


class SignIn(_Frozen):
    """Who may open the dashboard from other machines, by OpenID Connect.

    Secrets: GAPWATCH_OIDC_CLIENT_SECRET and GAPWATCH_COOKIE_SECRET.
    """

    metadata_url: Annotated[str, AfterValidator(_secure)]  # …/.well-known/openid-configuration
    client_id: str
    address: Annotated[str, AfterValidator(_secure)]  # where people open the dashboard
    roles: Path  # CSV or TOML: email, subject, role, sites, period_from, period_to
    contact: str = "whoever runs gapwatch"  # whom somebody without a role is told to ask


class Licences(_Frozen):
    """What a seat of the LMS costs, for accounts that outlive an employment; without a price no cost is shown."""

    price_per_month: float | None = Field(default=None, ge=0)
    currency: str = "USD"


class Settings(_Frozen):
    """All settings. Every path in it is absolute."""

    folder: Path
    organisation: Organisation = Organisation()
    warehouse: Warehouse = Warehouse()
    policy: PolicyFolder = PolicyFolder()
    guard: Guard = Guard()
    digest: Digest = Digest()
    alerts: Alerts = Alerts()
    licences: Licences = Licences()
    sign_in: SignIn | None = None
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _distinct_sources(self) -> Settings:
        seen: set[str] = set()
        for source in self.sources:
            if source.name in seen:
                raise ValueError(f"two [[sources]] are named {source.name!r}; give each its own name")
            seen.add(source.name)
        return self


def load_settings(path: Path) -> Settings:
    """The settings in ``path``; relative paths in it start at its folder.

    Raises ConfigurationError for a missing file, TOML that does not parse, an unknown key or a bad value.
    """
    if not path.is_file():
        raise ConfigurationError(
            f"there is no {path.name}",
            where=str(path.parent.absolute()),
            do="name one with --config, or make a sample with: gapwatch simulate --out DIR",
        )
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}", where=str(path)) from error
    folder = path.absolute().parent
    try:
        settings = Settings(folder=folder, **raw)
    except ValidationError as error:
        raise ConfigurationError(f"{path.name}: {_first_problem(error)}", where=str(path)) from error
    return settings.model_copy(
        update={
            "warehouse": Warehouse(path=folder / settings.warehouse.path),
            "policy": PolicyFolder(path=folder / settings.policy.path),
            "digest": settings.digest.model_copy(
                update={"recipients": folder / settings.digest.recipients if settings.digest.recipients else None}
            ),
            "sign_in": settings.sign_in
            and settings.sign_in.model_copy(update={"roles": folder / settings.sign_in.roles}),
        }
    )


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place + ': ' if place else ''}{first['msg'].removeprefix('Value error, ')}{more}"
