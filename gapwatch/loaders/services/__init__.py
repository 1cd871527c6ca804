"""Sources that are services: each becomes a file of records that the readers of files take.

Owns which module reads which service, and what is missing to read it. A service is read to its end before
anything is landed. Called by ``gapwatch.loaders.load``; the clients of services are imported when one is read.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gapwatch.config import Source
from gapwatch.errors import ConfigurationError
from gapwatch.loaders.fetch import Fetched

EXTRAS: Final = {
    "services": ("httpx2", "tenacity"),
    "databases": ("adbc_driver_postgresql", "adbc_driver_manager", "arrow_odbc"),
}
"""Optional extras of gapwatch and the modules that each brings."""


def missing_modules(extra: str) -> tuple[str, ...]:
    """The modules of an extra that are not installed."""
    return tuple(name for name in EXTRAS[extra] if importlib.util.find_spec(name) is None)


def fetch_service(
    source: Source, *, scratch: Path, cursor: str | None, known: tuple[str, ...], progress: Callable[[str], None]
) -> Iterator[Fetched]:
    """The records of a source that is a service, as one file in ``scratch``.

    ``cursor`` is what the source's last load in force reached (``LoadRecord.cursor``), ``known`` the columns that it
    had: services leave empty fields out, and a load of a few records may have none of some. Raises LoadError when the
    records cannot be had whole, ConfigurationError when the source describes it wrongly, when the extra it needs
    is not installed or when the variable of a secret is not set.
    """
    extra = "databases" if source.service == "sql" else "services"
    missing = missing_modules(extra)
    if missing:
        raise ConfigurationError(
            f"{', '.join(missing)} is not installed",
            where=f"source {source.name}",
            do=f"run: pip install 'gapwatch[{extra}]'",
        )
    if source.service == "sql":
        from gapwatch.loaders.services.database import fetch_query

        yield fetch_query(source, scratch=scratch, progress=progress)
    elif source.service == "scim":
        from gapwatch.loaders.services.scim import fetch_scim

        yield fetch_scim(source, scratch=scratch, progress=progress)
    elif source.service == "xapi":
        from gapwatch.loaders.services.xapi import fetch_xapi

        yield fetch_xapi(source, scratch=scratch, cursor=cursor, progress=progress)
    else:
        from gapwatch.loaders.services.rest import fetch_rest

        yield fetch_rest(source, scratch=scratch, cursor=cursor, known=known, progress=progress)
