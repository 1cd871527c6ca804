"""What a digest says, as values: the one composition that the text and the HTML are both drawn from.

Owns shapes, no words and no layout. Every text is plain; the renderers escape it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a mark means; renderers give each a colour and always keep the word."""

    PLAIN = "plain"
    BAD = "bad"
    GOOD = "good"
    DOUBT = "doubt"
    HR = "hr"
    INTEGRATION = "integration"
    TRAINING = "training"
    LEARNER = "learner"


@dataclass(frozen=True)
class Link:
    """A place in the dashboard."""

    text: str
    url: str


@dataclass(frozen=True)
class Number:
    """One headline figure: ``value`` out of ``of``, and how it stood before."""

    label: str
    value: str
    of: str
    before: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One thing to know or do: what, the facts about it, the doubt it must be read with, the act that ends it."""

    what: str
    facts: tuple[str, ...] = ()
    warning: str = ""
    act: str = ""
    mark: str = ""
    tone: Tone = Tone.PLAIN
    url: str = ""


@dataclass(frozen=True)
class Entries:
    """A list of entries; ``title`` is empty where the section has only one list."""

    entries: tuple[Entry, ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """A small table: the first column is text, the others are figures."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: its length is ``part`` of the longest in its list, its figure ``value``."""

    label: str
    value: str
    part: float
    tone: Tone = Tone.BAD


@dataclass(frozen=True)
class Bars:
    """Bars that start at zero, one a row."""

    bars: tuple[Bar, ...]
    title: str = ""


Block = Entries | Table | Bars


@dataclass(frozen=True)
class Section:
    """One part of the digest."""

    title: str
    intro: str = ""
    blocks: tuple[Block, ...] = ()
    more: Link | None = None


@dataclass(frozen=True)
class Trust:
    """Whether the answer can be relied on: the verdict, what is wrong, the age of each source."""

    is_current: bool
    verdict: str
    doubts: tuple[str, ...]
    basis: str
    ages: str


@dataclass(frozen=True)
class Digest:
    """One mail's content. ``week`` is the ISO week of as_of in the organisation's zone, like ``2026-W47``."""

    week: str
    as_of: dt.datetime
    run_id: str
    subject: str
    heading: str
    headline: str
    trust: Trust
    numbers: tuple[Number, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    dashboard: Link
