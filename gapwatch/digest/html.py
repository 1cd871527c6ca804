"""Draws a digest as HTML for mail: one column of at most 600 px, tables, inline styles, no script, no image.

Owns layout; every word comes from the composition, every element from ``markup``.
Light colours are inline, so they hold where a client drops the style block; the block adds the dark palette
and narrow screens. Called by ``mail``.
"""

from __future__ import annotations

from html import escape

from gapwatch.digest.content import Bars, Block, Digest, Entries, Entry, Number, Section, Table, Tone, Trust
from gapwatch.digest.markup import (
    DARK_TONES,
    FONT,
    INK,
    LINE,
    MUTED,
    TABLE,
    TONES,
    Markup,
    anchor,
    element,
    heading,
    join,
    row,
    small,
    text,
)


def render_html(digest: Digest) -> str:
    """The digest as one self-contained HTML document."""
    body = join(
        element("div", digest.headline, style="display:none;max-height:0;overflow:hidden"),
        row(_opening(digest)),
        row(_trust(digest.trust)),
        row(_numbers(digest.numbers)),
        *(row(_section(section)) for section in digest.sections),
        row(_footer(digest)),
    )
    column = element(
        "table",
        body,
        cls="paper",
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        style="width:100%;max-width:600px;margin:0 auto;background:#ffffff;border-collapse:collapse",
    )
    page = element(
        "body",
        column,
        cls="page",
        style=f"margin:0;padding:0;background:#f6f7f9;color:{INK};{FONT};font-size:15px;line-height:1.45",
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n{_head(digest)}\n{page}\n</html>\n'


def _head(digest: Digest) -> str:
    dark = "".join(f".t-{tone}{{color:{color}!important}}" for tone, color in DARK_TONES.items())
    bars = "".join(f".b-{tone}{{background:{color}!important}}" for tone, color in DARK_TONES.items())
    style = (
        ":root{color-scheme:light dark;supported-color-schemes:light dark}"
        "@media (prefers-color-scheme:dark){"
        ".page{background:#0c1015!important}.paper,.paper td,.paper th{background-color:#12171e!important}"
        ".paper .panel{background-color:#1b222c!important}"
        ".page,.ink{color:#e6ebf1!important}.muted{color:#a7b4c2!important}"
        ".line{border-color:#323d49!important}.link{color:#86b6ee!important}"
        f".act{{color:#e6ebf1!important}}{dark}.paper {bars.replace('}.b-', '}.paper .b-')}}}"
        "@media (max-width:480px){"
        ".pad{padding-left:16px!important;padding-right:16px!important}"
        ".stack{display:block!important;width:auto!important;padding:10px 0!important}"
        ".tight{padding-left:6px!important;font-size:13px!important}"
        "}"
    )
    return (
        '<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{escape(digest.subject)}</title>\n<style>{style}</style>\n</head>"
    )


def _opening(digest: Digest) -> Markup:
    return join(
        element("div", "gapwatch weekly digest", cls="muted", style=f"font-size:13px;color:{MUTED}"),
        element("h1", digest.heading, cls="ink", style=heading(20) + ";margin:2px 0 6px"),
        element("div", digest.headline, cls="ink", style=f"font-size:20px;line-height:1.3;color:{INK}"),
    )


def _trust(trust: Trust) -> Markup:
    tone = Tone.GOOD if trust.is_current else Tone.DOUBT
    doubts = join(*(element("div", doubt, cls="ink", style=f"margin-top:6px;color:{INK}") for doubt in trust.doubts))
    return element(
        "table",
        element(
            "tr",
            element(
                "td",
                join(
                    element("strong", trust.verdict, cls=f"t-{tone}", style=f"color:{TONES[tone]}"),
                    doubts,
                    element("div", small(trust.basis), style="margin-top:6px"),
                    small(trust.ages) if trust.ages else text(""),
                ),
                cls="panel",
                style=f"padding:12px 14px;background:#f6f7f9;border-left:4px solid {TONES[tone]}",
            ),
        ),
        **TABLE,
    )


def _numbers(numbers: tuple[Number, ...]) -> Markup:
    cells = (
        element(
            "td",
            join(
                element("div", number.label, cls="ink", style=f"font-weight:600;color:{INK}"),
                element("div", number.value, cls="ink", style=f"font-size:28px;line-height:1.2;color:{INK}"),
                small(number.of),
                *(small(before) for before in number.before),
            ),
            cls="stack",
            width="33%",
            valign="top",
            style="padding:0 12px 0 0",
        )
        for number in numbers
    )
    return element("table", element("tr", join(*cells)), **TABLE)


def _section(section: Section) -> Markup:
    parts = [element("h2", section.title, cls="ink", style=heading(20) + ";margin:0 0 4px")]
    if section.intro:
        parts.append(element("div", section.intro, cls="muted", style=f"margin:0 0 6px;color:{MUTED}"))
    for block in section.blocks:
        if block.title:
            parts.append(element("h3", block.title, cls="ink", style=heading(15) + ";margin:12px 0 0"))
        parts.append(_block(block))
    if section.more:
        parts.append(
            element(
                "div",
                anchor(section.more.text, section.more.url),
                style="margin:10px 0 0;font-weight:600",
            )
        )
    return join(*parts)


def _block(block: Block) -> Markup:
    match block:
        case Entries():
            rows = join(*(_entry(entry) for entry in block.entries))
        case Table():
            return _figures(block)
        case Bars():
            rows = _bars(block)
    return element("table", rows, **TABLE)


def _entry(entry: Entry) -> Markup:
    what = anchor(entry.what, entry.url) if entry.url else text(entry.what)
    mark = element(
        "span",
        entry.mark,
        cls=f"t-{entry.tone}",
        style=f"font-size:13px;font-weight:600;color:{TONES[entry.tone]};white-space:nowrap",
    )
    return element(
        "tr",
        element(
            "td",
            join(
                element("div", join(what, Markup("&nbsp; "), mark) if entry.mark else what),
                small(" · ".join(entry.facts)),
                _warning(entry.warning),
                element("div", entry.act, cls="act", style=f"color:{INK}") if entry.act else text(""),
            ),
            cls="line",
            style=f"padding:9px 0;border-bottom:1px solid {LINE}",
        ),
    )


def _warning(words: str) -> Markup:
    tone = Tone.DOUBT
    style = f"font-size:13px;line-height:1.4;color:{TONES[tone]}"
    return element("div", words, cls=f"t-{tone}", style=style) if words else text("")


def _figures(table: Table) -> Markup:
    def cells(tag: str, row: tuple[str, ...], style: str) -> Markup:
        unbroken = ";white-space:nowrap" if tag == "td" else ""
        return join(
            *(
                element(
                    tag,
                    cell,
                    cls="line ink" if place == 0 else "line ink tight",
                    align="left" if place == 0 else "right",
                    valign="bottom",
                    style=f"padding:7px 0 7px {14 * (place > 0)}px;border-bottom:1px solid {LINE};"
                    f"color:{INK};font-variant-numeric:tabular-nums;{style}{unbroken * (place > 0)}",
                )
                for place, cell in enumerate(row)
            )
        )

    head = element("tr", cells("th", table.columns, "font-size:13px;font-weight:600"))
    rows = (element("tr", cells("td", row, "font-size:15px")) for row in table.rows)
    return element("table", join(head, *rows), **{**TABLE, "role": "table"})


def _bars(block: Bars) -> Markup:
    def bar_row(label: str, value: str, part: float, tone: Tone) -> Markup:
        percent = max(round(100 * part), 1)
        filled = element(
            "td",
            Markup("&nbsp;"),
            cls=f"b-{tone}",
            bgcolor=TONES[tone],
            width=f"{percent}%",
            style=f"width:{percent}%;background:{TONES[tone]};font-size:1px;line-height:10px;height:10px",
        )
        rest = element("td", Markup("&nbsp;"), style="font-size:1px;line-height:10px")
        caption = element(
            "div",
            join(text(label), element("span", f" {value}", cls="muted", style=f"color:{MUTED}")),
            cls="ink",
            style=f"color:{INK};margin-bottom:3px",
        )
        bar = element("table", element("tr", join(filled, rest) if percent < 100 else filled), **TABLE)
        return element("tr", element("td", join(caption, bar), style="padding:7px 0"))

    return join(*(bar_row(bar.label, bar.value, bar.part, bar.tone) for bar in block.bars))


def _footer(digest: Digest) -> Markup:
    return join(
        element(
            "div",
            anchor(digest.dashboard.text, digest.dashboard.url),
            style="font-weight:600;margin-bottom:10px",
        ),
        *(element("div", small(note), style="margin-top:6px") for note in digest.footer),
    )
