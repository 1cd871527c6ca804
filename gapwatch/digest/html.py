"""Draws a digest as HTML for mail: one column of at most 600 px, tables, inline styles, no script, no image.

Owns layout and colours; every word comes from the composition and is escaped here, once, in ``_element``.
Light colours are inline, so they hold where a client drops the style block; the block adds the dark palette
and narrow screens. Called by ``mail``.
"""

from __future__ import annotations

from html import escape
from typing import Final

from gapwatch.digest.content import Bars, Block, Digest, Entries, Entry, Number, Section, Table, Tone, Trust

_FONT: Final = "font-family:-apple-system,'Segoe UI','Source Sans 3',Roboto,Helvetica,Arial,sans-serif"
_INK, _MUTED, _LINE, _LINK = "#1b2430", "#5b6776", "#d9dee5", "#1f5fa8"
_TONES: Final = {
    Tone.PLAIN: "#5b6776",
    Tone.BAD: "#c8452d",
    Tone.GOOD: "#2f7d5b",
    Tone.DOUBT: "#8a6a00",
    Tone.HR: "#6d5a93",
    Tone.INTEGRATION: "#1f7a8c",
    Tone.TRAINING: "#b9772a",
    Tone.LEARNER: "#85882f",
}
_DARK_TONES: Final = {
    Tone.PLAIN: "#a7b4c2",
    Tone.BAD: "#f08b76",
    Tone.GOOD: "#6fc39c",
    Tone.DOUBT: "#e0b84a",
    Tone.HR: "#b3a2d6",
    Tone.INTEGRATION: "#5fb8ca",
    Tone.TRAINING: "#dfa763",
    Tone.LEARNER: "#bcbf6a",
}


class _Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def render_html(digest: Digest) -> str:
    """The digest as one self-contained HTML document."""
    body = _join(
        _element("div", digest.headline, style="display:none;max-height:0;overflow:hidden"),
        _row(_opening(digest)),
        _row(_trust(digest.trust)),
        _row(_numbers(digest.numbers)),
        *(_row(_section(section)) for section in digest.sections),
        _row(_footer(digest)),
    )
    column = _element(
        "table",
        body,
        cls="paper",
        role="presentation",
        width="100%",
        cellpadding="0",
        cellspacing="0",
        style="width:100%;max-width:600px;margin:0 auto;background:#ffffff;border-collapse:collapse",
    )
    page = _element(
        "body",
        column,
        cls="page",
        style=f"margin:0;padding:0;background:#f6f7f9;color:{_INK};{_FONT};font-size:15px;line-height:1.45",
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n{_head(digest)}\n{page}\n</html>\n'


def _head(digest: Digest) -> str:
    dark = "".join(f".t-{tone}{{color:{color}!important}}" for tone, color in _DARK_TONES.items())
    bars = "".join(f".b-{tone}{{background:{color}!important}}" for tone, color in _DARK_TONES.items())
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


def _opening(digest: Digest) -> _Markup:
    return _join(
        _element("div", "gapwatch weekly digest", cls="muted", style=f"font-size:13px;color:{_MUTED}"),
        _element("h1", digest.heading, cls="ink", style=_heading(20) + ";margin:2px 0 6px"),
        _element("div", digest.headline, cls="ink", style=f"font-size:20px;line-height:1.3;color:{_INK}"),
    )


def _trust(trust: Trust) -> _Markup:
    tone = Tone.GOOD if trust.is_current else Tone.DOUBT
    doubts = _join(
        *(_element("div", doubt, cls="ink", style=f"margin-top:6px;color:{_INK}") for doubt in trust.doubts)
    )
    return _element(
        "table",
        _element(
            "tr",
            _element(
                "td",
                _join(
                    _element("strong", trust.verdict, cls=f"t-{tone}", style=f"color:{_TONES[tone]}"),
                    doubts,
                    _element("div", _small(trust.basis), style="margin-top:6px"),
                    _small(trust.ages) if trust.ages else _text(""),
                ),
                cls="panel",
                style=f"padding:12px 14px;background:#f6f7f9;border-left:4px solid {_TONES[tone]}",
            ),
        ),
        **_TABLE,
    )


def _numbers(numbers: tuple[Number, ...]) -> _Markup:
    cells = (
        _element(
            "td",
            _join(
                _element("div", number.label, cls="ink", style=f"font-weight:600;color:{_INK}"),
                _element(
                    "div", number.value, cls="ink", style=f"font-size:28px;line-height:1.2;color:{_INK}"
                ),
                _small(number.of),
                *(_small(before) for before in number.before),
            ),
            cls="stack",
            width="33%",
            valign="top",
            style="padding:0 12px 0 0",
        )
        for number in numbers
    )
    return _element("table", _element("tr", _join(*cells)), **_TABLE)


def _section(section: Section) -> _Markup:
    parts = [_element("h2", section.title, cls="ink", style=_heading(20) + ";margin:0 0 4px")]
    if section.intro:
        parts.append(_element("div", section.intro, cls="muted", style=f"margin:0 0 6px;color:{_MUTED}"))
    for block in section.blocks:
        if block.title:
            parts.append(_element("h3", block.title, cls="ink", style=_heading(15) + ";margin:12px 0 0"))
        parts.append(_block(block))
    if section.more:
        parts.append(
            _element(
                "div",
                _anchor(section.more.text, section.more.url),
                style="margin:10px 0 0;font-weight:600",
            )
        )
    return _join(*parts)


def _block(block: Block) -> _Markup:
    match block:
        case Entries():
            rows = _join(*(_entry(entry) for entry in block.entries))
        case Table():
            return _figures(block)
        case Bars():
            rows = _bars(block)
    return _element("table", rows, **_TABLE)


def _entry(entry: Entry) -> _Markup:
    what = _anchor(entry.what, entry.url) if entry.url else _text(entry.what)
    mark = _element(
        "span",
        entry.mark,
        cls=f"t-{entry.tone}",
        style=f"font-size:13px;font-weight:600;color:{_TONES[entry.tone]};white-space:nowrap",
    )
    return _element(
        "tr",
        _element(
            "td",
            _join(
                _element("div", _join(what, _Markup("&nbsp; "), mark) if entry.mark else what),
                _small(" · ".join(entry.facts)),
                _element("div", entry.act, cls="act", style=f"color:{_INK}") if entry.act else _text(""),
            ),
            cls="line",
            style=f"padding:9px 0;border-bottom:1px solid {_LINE}",
        ),
    )


def _figures(table: Table) -> _Markup:
    def cells(tag: str, row: tuple[str, ...], style: str) -> _Markup:
        return _join(
            *(
                _element(
                    tag,
                    cell,
                    cls="line ink" if place == 0 else "line ink tight",
                    align="left" if place == 0 else "right",
                    valign="bottom",
                    style=f"padding:7px 0 7px {14 * (place > 0)}px;border-bottom:1px solid {_LINE};"
                    f"color:{_INK};font-variant-numeric:tabular-nums;{style}",
                )
                for place, cell in enumerate(row)
            )
        )

    head = _element("tr", cells("th", table.columns, "font-size:13px;font-weight:600"))
    rows = (_element("tr", cells("td", row, "font-size:15px")) for row in table.rows)
    return _element("table", _join(head, *rows), **{**_TABLE, "role": "table"})


def _bars(block: Bars) -> _Markup:
    def bar_row(label: str, value: str, part: float, tone: Tone) -> _Markup:
        percent = max(round(100 * part), 1)
        filled = _element(
            "td",
            _Markup("&nbsp;"),
            cls=f"b-{tone}",
            bgcolor=_TONES[tone],
            width=f"{percent}%",
            style=f"width:{percent}%;background:{_TONES[tone]};font-size:1px;line-height:10px;height:10px",
        )
        rest = _element("td", _Markup("&nbsp;"), style="font-size:1px;line-height:10px")
        caption = _element(
            "div",
            _join(_text(label), _element("span", f" {value}", cls="muted", style=f"color:{_MUTED}")),
            cls="ink",
            style=f"color:{_INK};margin-bottom:3px",
        )
        bar = _element("table", _element("tr", _join(filled, rest) if percent < 100 else filled), **_TABLE)
        return _element("tr", _element("td", _join(caption, bar), style="padding:7px 0"))

    return _join(*(bar_row(bar.label, bar.value, bar.part, bar.tone) for bar in block.bars))


def _footer(digest: Digest) -> _Markup:
    return _join(
        _element(
            "div",
            _anchor(digest.dashboard.text, digest.dashboard.url),
            style="font-weight:600;margin-bottom:10px",
        ),
        *(_element("div", _small(note), style="margin-top:6px") for note in digest.footer),
    )


_TABLE: Final = {
    "role": "presentation",
    "width": "100%",
    "cellpadding": "0",
    "cellspacing": "0",
    "style": "width:100%;border-collapse:collapse",
}


def _row(content: _Markup) -> _Markup:
    return _element("tr", _element("td", content, cls="pad", style="padding:14px 24px"))


def _heading(size: int) -> str:
    return f"font-size:{size}px;line-height:1.3;font-weight:600;color:{_INK}"


def _small(text: str) -> _Markup:
    return _element("div", text, cls="muted", style=f"font-size:13px;line-height:1.4;color:{_MUTED}")


def _anchor(text: str, url: str) -> _Markup:
    return _element("a", text, href=url, cls="link", style=f"color:{_LINK};text-decoration:underline")


def _text(text: str) -> _Markup:
    return text if isinstance(text, _Markup) else _Markup(escape(text))


def _join(*parts: _Markup) -> _Markup:
    return _Markup("\n".join(part for part in parts if part))


def _element(tag: str, content: str, *, cls: str = "", **attributes: str) -> _Markup:
    """One element: plain text in it is escaped, markup is not; every attribute value is escaped."""
    named = {"class": cls, **attributes} if cls else attributes
    written = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
    return _Markup(f"<{tag}{written}>{_text(content)}</{tag}>")
