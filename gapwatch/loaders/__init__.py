"""Loaders: sources in, landing zone out.

Owns everything between a file as a system exported it and immutable rows in canonical columns: fetching,
reading, mapping, conversion, rejects, the load guard, and the policy tables. Decides no rule about people or
training. Called by the pipeline; knows the warehouse's landing zone, and nothing above.
"""

from __future__ import annotations

from gapwatch.loaders.load import Progress, load_all, load_source
from gapwatch.warehouse.landing import LoadRecord

__all__ = ["LoadRecord", "Progress", "load_all", "load_source"]
