"""Settings of sources that are services: REST, SCIM, xAPI and SQL databases.

Owns the tables ``[sources.rest]`` and ``[sources.database]``: what may be configured and its defaults. A secret
is never here: a setting that ends in ``_env`` names the environment variable that holds it, which is read when a
load needs it. Used by ``gapwatch.config`` and by ``gapwatch.loaders.services``.
"""

from __future__ import annotations

from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

SQL_SCHEMES: Final = frozenset({"postgresql", "postgres", "mysql", "mariadb", "mssql"})
"""Schemes of ``path`` that name a database."""

_PREFIXES: Final = {"scim+http": "scim", "scim+https": "scim", "xapi+http": "xapi", "xapi+https": "xapi"}
_SECRET_WORDS: Final = ("token", "secret", "passw", "pwd", "apikey", "api_key", "api-key", "signature", "credential")
_SECRET_NAMES: Final = frozenset({"key", "sig", "auth", "code", "authorization", "cookie", "subscription-key"})


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Auth(_Frozen):
    """How a service knows who asks. ``type`` says which of the other settings it needs."""

    type: Literal["none", "basic", "bearer", "api_key", "oauth2"] = "none"
    user: str | None = None  # basic
    user_env: str | None = None  # basic, where the user name is the secret
    password_env: str | None = None  # basic; none: an empty password
    token_env: str | None = None  # bearer
    key_env: str | None = None  # api_key
    header: str | None = None  # api_key: the header it goes in, or
    parameter: str | None = None  # api_key: the query parameter it goes in
    prefix: str = ""  # api_key in a header: what stands before it
    token_url: str | None = None  # oauth2, client credentials
    client_id: str | None = None  # oauth2
    client_id_env: str | None = None  # oauth2, where the id is not to be in the file
    client_secret_env: str | None = None  # oauth2
    scope: str | None = None  # oauth2
    client_in: Literal["header", "body"] = "header"  # oauth2: where the token request states the client

    @model_validator(mode="after")
    def _complete(self) -> Auth:
        wanted: dict[str, tuple[tuple[str, ...], ...]] = {
            "none": (),
            "basic": (("user", "user_env"),),
            "bearer": (("token_env",),),
            "api_key": (("key_env",), ("header", "parameter")),
            "oauth2": (("token_url",), ("client_id", "client_id_env"), ("client_secret_env",)),
        }
        for choices in wanted[self.type]:
            if sum(getattr(self, name) is not None for name in choices) != 1:
                raise ValueError(f'auth of type "{self.type}" needs {" or ".join(choices)}')
        allowed = {"type", *(name for choices in wanted[self.type] for name in choices)}
        allowed |= {"basic": {"password_env"}, "api_key": {"prefix"}, "oauth2": {"scope", "client_in"}}.get(
            self.type, set()
        )
        for name in sorted(self.model_fields_set - allowed):
            raise ValueError(f'auth of type "{self.type}" has no {name}')
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables it needs."""
        names = (self.user_env, self.password_env, self.token_env, self.key_env, self.client_id_env)
        return tuple(name for name in (*names, self.client_secret_env) if name is not None)


class Paging(_Frozen):
    """How a list that comes in pages goes on. Dotted paths lead into the body of a page."""

    type: Literal["none", "page", "offset", "cursor", "link_header", "next_link"] = "none"
    parameter: str | None = None  # the query parameter of the page number, the offset or the cursor
    first: int | None = None  # page: the number of the first page; offset: of the first record
    step: Literal["records", "pages"] = "records"  # offset: what it counts
    size_parameter: str | None = None  # the query parameter of the page size
    size: int | None = Field(default=None, gt=0)
    next: str | None = None  # cursor, next_link: dotted path of the next cursor or link
    more: str | None = None  # dotted path of "there is more"
    total: str | None = None  # dotted path of the number of records in all
    resume: bool = False  # cursor: the next load goes on from the last cursor

    @model_validator(mode="after")
    def _complete(self) -> Paging:
        wanted: dict[str, tuple[str, ...]] = {
            "page": ("parameter",),
            "offset": ("parameter",),
            "cursor": ("parameter", "next"),
            "next_link": ("next",),
        }
        for name in wanted.get(self.type, ()):
            if getattr(self, name) is None:
                raise ValueError(f'paging of type "{self.type}" needs {name}')
        if self.size_parameter is not None and self.size is None:
            raise ValueError("size_parameter needs size, the number of records of a page")
        if self.resume and self.type != "cursor":
            raise ValueError('resume is for paging of type "cursor"; with a date, set since')
        return self


class Since(_Frozen):
    """How modes ``delta`` and ``event`` ask only for what changed since the last load."""

    parameter: str  # the query parameter
    field: str  # dotted path, in a record, of the time that it acts on
    format: Literal["as_is", "iso", "date", "epoch_s", "epoch_ms"] = "as_is"
    template: str = "{}"  # what the parameter says; {} is the time
    overlap_seconds: float = Field(default=0, ge=0)  # ask for that much again; what is known is left out
    start: str | None = None  # what the first load asks for; none: everything

    @model_validator(mode="after")
    def _overlap_needs_time(self) -> Since:
        if "{}" not in self.template:
            raise ValueError("template needs {}, where the time goes")
        if self.overlap_seconds and self.format == "as_is":
            raise ValueError("overlap_seconds needs format, to know how the service writes a time")
        return self


class Rest(_Frozen):
    """An HTTP service: ``path`` is the address of the first page."""

    auth: Auth = Auth()
    paging: Paging = Paging()
    since: Since | None = None
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    errors: tuple[str, ...] = ("exception", "error", "errors", "fault")  # keys of a body that reports an error
    timeout_seconds: float = Field(default=30, gt=0)  # to connect, and of silence
    page_timeout_seconds: float = Field(default=300, gt=0)  # for a whole page
    attempts: int = Field(default=5, ge=1)  # per page
    backoff_seconds: float = Field(default=1, ge=0)  # doubles from attempt to attempt, with jitter
    max_wait_seconds: float = Field(default=120, ge=0)  # the longest wait between two attempts, also if told to
    max_pages: int = Field(default=100_000, ge=1)

    @model_validator(mode="after")
    def _no_secret(self) -> Rest:
        for table, names in (("params", self.params), ("headers", self.headers)):
            for name in names:
                if is_secret_name(name):
                    raise ValueError(f"{table} names {name}: a secret does not belong in this file; set auth")
        return self


class Database(_Frozen):
    """A SQL database: ``path`` is ``postgresql://host/database`` (``mysql://``, ``mssql://``)."""

    query: str  # one SELECT
    user: str | None = None
    user_env: str | None = None
    password_env: str | None = None
    driver: str | None = None  # mysql, mssql: the name of the ODBC driver
    timeout_seconds: float = Field(default=30, gt=0)  # to connect
    query_timeout_seconds: float = Field(default=3600, gt=0)
    options: dict[str, str] = Field(default_factory=dict)  # further connection settings, e.g. sslmode

    @model_validator(mode="after")
    def _no_secret(self) -> Database:
        if self.user is not None and self.user_env is not None:
            raise ValueError("set user or user_env, not both")
        for name in self.options:
            if is_secret_name(name):
                raise ValueError(f"options names {name}: a secret does not belong in this file; set password_env")
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables it needs."""
        return tuple(name for name in (self.user_env, self.password_env) if name is not None)


def is_secret_name(name: str) -> bool:
    """Whether a parameter or header of that name usually holds a secret."""
    low = name.lower()
    return low in _SECRET_NAMES or any(word in low for word in _SECRET_WORDS)


def service_of(
    path: str,
    *,
    format: str | None,  # noqa: A002
    rest: Rest | None = None,
) -> Literal["rest", "scim", "xapi", "sql"] | None:
    """Which service a source is, by its ``path``, ``format`` and ``[sources.rest]``; None: it is files."""
    scheme = path.partition("://")[0].lower() if "://" in path else ""
    if scheme in SQL_SCHEMES:
        return "sql"
    if scheme in _PREFIXES:
        return "scim" if _PREFIXES[scheme] == "scim" else "xapi"
    if format == "scim":
        return "scim"
    if format == "xapi":
        return "xapi"
    return "rest" if rest is not None else None


def problem_of(path: str, *, service: str | None, rest: Rest | None, database: Database | None) -> str | None:
    """What is wrong with the settings of one source that is a service, or None."""
    parts = urlsplit(path)
    scheme = parts.scheme.lower().rpartition("+")[2]
    if database is not None and service != "sql":
        return "[sources.database] needs a path like postgresql://host/database"
    if service == "sql" and database is None:
        return 'a database needs [sources.database] with query = "select …"'
    if service is None:
        return None
    if service != "rest" and rest is not None and (rest.since or rest.paging.model_fields_set - {"size"}):
        return "this service pages by its own standard: leave since and paging out of [sources.rest], but for size"
    if service == "rest" and rest is not None and rest.auth.token_url is not None and not _is_safe(rest.auth.token_url):
        return "auth.token_url over http:// would send the secret in clear; write https://"
    if parts.password is not None or (parts.username is not None and service != "sql"):
        return "path holds a user or password; name an environment variable instead"
    secret = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if is_secret_name(name)]
    if secret:
        return f"path holds {secret[0]}, which looks like a secret; set auth, and the variable that holds it"
    if service == "sql":
        return "write what follows ? in path as options in [sources.database]" if parts.query else None
    if scheme not in ("http", "https") or not parts.hostname:
        return "a service needs a path like https://host/path"
    if rest is not None and rest.auth.type != "none" and not _is_safe(path):
        return "auth over http:// would send the secret in clear; write https://"
    return None


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme.lower().endswith("https") or parts.hostname in ("localhost", "127.0.0.1", "::1")
