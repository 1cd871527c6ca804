"""What a service would lack if it were loaded now: packages, the variables of its secrets, a host that listens.

Owns that look ahead; asks the service for nothing. Called by ``gapwatch.doctor``.
"""

from __future__ import annotations

import os
import socket
from typing import Final
from urllib.parse import urlsplit

from gapwatch.config import Source
from gapwatch.loaders.services import missing_modules
from gapwatch.loaders.services.path import origin, shown

_PORTS: Final = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "mariadb": 3306, "mssql": 1433}
_PATIENCE: Final = 3.0  # seconds


def lacks(source: Source) -> tuple[str, str] | None:
    """What the source lacks, and what to do about it; None when a load may be tried."""
    extra = "databases" if source.service == "sql" else "services"
    missing = missing_modules(extra)
    if missing:
        return f"{', '.join(missing)} is not installed", f"run: pip install 'gapwatch[{extra}]'"
    settings = source.database if source.service == "sql" else source.rest.auth if source.rest else None
    unset = [name for name in (settings.variables if settings else ()) if not os.environ.get(name, "").strip()]
    if unset:
        return f"{', '.join(unset)} is not set", f"set {', '.join(unset)} where gapwatch runs"
    address = source.path.removeprefix("scim+").removeprefix("xapi+")
    scheme, host, port = origin(address)
    try:
        with socket.create_connection((host, port or _PORTS[scheme]), timeout=_PATIENCE):
            return None
    except OSError as error:
        return f"{urlsplit(shown(address)).netloc} does not answer: {type(error).__name__}", (
            "check the address and the network"
        )
