"""Rejected rows that were corrected, on their way to be loaded.

Owns that value alone. Made by ``gapwatch.loaders.rejects``, loaded by ``gapwatch.loaders.load``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gapwatch.loaders.fetch import Fetched
from gapwatch.loaders.raw import Raw


@dataclass(frozen=True)
class Corrected:
    """Corrected rows of the load ``retakes``: the file that holds them, what reads them into a folder, and the instant
    (aware) that dates those of a snapshot without effective_from.
    """

    retakes: str
    file: Fetched
    raw: Callable[[Path], Raw]
    undated_at: dt.datetime
