"""Deep links into the dashboard, with the query parameters its pages share.

Owns addresses; knows nothing of words. Called by ``compose`` and ``sections``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Links:
    """Addresses of dashboard pages as of one instant (UTC), narrowed where there is exactly one site.

    The pages know one site or all of them; a link to several shows all.
    """

    base: str
    as_of: dt.datetime
    sites: tuple[str, ...] = ()

    def page(self, path: str = "/", **filters: str) -> str:
        """The page with as_of, the site and those filters."""
        site = {"site": self.sites[0]} if len(self.sites) == 1 else {}
        return self._address(path, {**filters, **site})

    def worker(self, worker_id: str, **filters: str) -> str:
        """One worker's page."""
        return self._address("/worker", {"worker": worker_id, **filters})

    def _address(self, path: str, filters: dict[str, str]) -> str:
        instant = self.as_of.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = urlencode({**filters, "as_of": instant}, safe=":")
        return f"{self.base.rstrip('/')}{path}?{query}"
