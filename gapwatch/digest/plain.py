"""Draws a digest as plain text of at most 76 columns, links aside.

Owns layout alone; every word comes from the composition. Called by ``mail``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from gapwatch.digest.content import Bars, Block, Digest, Entries, Entry, Section, Table

_WIDTH: Final = 76
_BAR: Final = 24


def render_text(digest: Digest) -> str:
    """The digest as text, with a newline at its end."""
    lines: list[str] = [digest.heading, "=" * min(len(digest.heading), _WIDTH), ""]
    lines += [*_wrap(digest.trust.verdict), *_wrap(digest.trust.basis)]
    for doubt in digest.trust.doubts:
        lines += _wrap(doubt, first="! ", rest="  ")
    lines += [*_wrap(digest.trust.ages), "", *_wrap(digest.headline), ""]
    for number in digest.numbers:
        lines += _wrap(f"{number.label}: {number.value} {number.of}")
        lines += _wrap(f"{'; '.join(number.before)}", first="    ", rest="    ")
    for section in digest.sections:
        lines += ["", *_section(section)]
    lines += ["", "-" * _WIDTH, f"{digest.dashboard.text}: {digest.dashboard.url}", ""]
    for note in digest.footer:
        lines += _wrap(note)
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield section.title
    yield "-" * min(len(section.title), _WIDTH)
    yield from _wrap(section.intro) if section.intro else ()
    for block in section.blocks:
        if block.title:
            yield ""
            yield f"{block.title}"
        yield from _block(block)
    if section.more:
        yield f"{section.more.text}: {section.more.url}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Entries():
            for entry in block.entries:
                yield from _entry(entry)
        case Table():
            yield from _table(block)
        case Bars():
            label_width = max(len(bar.label) for bar in block.bars)
            for bar in block.bars:
                drawn = "#" * max(round(_BAR * bar.part), 1)
                yield f"  {bar.label:<{label_width}}  {drawn:<{_BAR}}  {bar.value}"


def _entry(entry: Entry) -> Iterator[str]:
    mark = f"[{entry.mark}] " if entry.mark else ""
    yield from _wrap(f"{mark}{entry.what}", first="* ", rest="  ")
    yield from _wrap("; ".join(entry.facts), first="    ", rest="    ") if entry.facts else ()
    yield from _wrap(entry.warning, first="  ! ", rest="    ") if entry.warning else ()
    yield from _wrap(f"-> {entry.act}", first="    ", rest="       ") if entry.act else ()
    if entry.url:
        yield f"    {entry.url}"


def _table(table: Table) -> Iterator[str]:
    rows = (table.columns, *table.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    widths[0] = min(widths[0], _WIDTH - 2 - sum(width + 2 for width in widths[1:]))
    for row in rows:
        first, *more = textwrap.wrap(row[0], widths[0]) or [""]
        figures = "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {first:<{widths[0]}}{figures}"
        for line in more:
            yield f"  {line}"


def _wrap(text: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
