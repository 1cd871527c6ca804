"""Invented names. Nobody in a simulated company exists; likeness to living people is chance."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_FIRST, _LAST = files("gapwatch.simulate").joinpath("names.txt").read_text(encoding="utf-8").split("\n\n")
FIRST: Final = tuple(_FIRST.split())
LAST: Final = tuple(_LAST.split())
APPROVERS: Final = ("l.moorfield", "t.osei", "r.ashgate", "n.quispe", "g.thornley")
"""Compliance officers, who are not among the simulated workers."""
