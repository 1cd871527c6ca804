"""The digest of everything but the file that decides its rows: by it an unchanged file is known to give the same.

Called by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import hashlib
import json

from gapwatch.config import Source
from gapwatch.loaders.fetch import Fetched

_CONVERSION = "1"  # raise it when the same file and mapping would give other rows: such files are converted anew
_WHERE_IT_LIES = frozenset({"name", "path", "owner", "preset", "rest", "database", "covers_from", "expect_every_hours"})


def mapping_digest(source: Source, organisation_timezone: str, lookups: dict[str, Fetched]) -> str:
    """SHA-256 of the source's mapping, the organisation's zone and the lookup files."""
    means = source.model_dump(mode="json", exclude=set(_WHERE_IT_LIES))
    means |= {"organisation_timezone": organisation_timezone, "conversion": _CONVERSION}
    means["lookups"] = {
        name: [source.lookups[name].model_dump(exclude={"path"}), file.sha256] for name, file in lookups.items()
    }
    return hashlib.sha256(json.dumps(means, sort_keys=True).encode()).hexdigest()
