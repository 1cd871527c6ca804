"""Colour, type and pattern of the dashboard, light and dark, in one place.

Owns what a state, a cause's owner and a severity look like, and the options Streamlit is started with.
Imports no Streamlit, so that figures and the command line can use it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Streamlit has no option for these: side margins that fit 1,280 px and a phone, figures of equal width,
# quiet links in lists. Fixed text; no data ever enters it.
STYLE: Final = """
<style>
.stMainBlockContainer { padding-inline: clamp(1rem, 3vw, 3rem); max-width: 1240px; }
.stApp h1 { padding: 0.2rem 0; text-wrap: balance; }
[data-testid="stMetricValue"], [data-testid="stTable"] { font-variant-numeric: tabular-nums; }
.stApp [data-testid="stCaptionContainer"], .stApp [data-testid="stCaptionContainer"] p {
  color: light-dark(#5b6776, #9aa7b6); opacity: 1;
}
.stApp button[kind^="primary"], .stApp button[kind^="primary"] p { color: light-dark(#ffffff, #12171e); }
[data-testid="stMain"] [data-testid="stPageLink-NavLink"][class] { background: transparent; }
.st-key-figures > div { flex: 1 1 10rem; }
[class*="st-key-figure_"] { padding: 0.7rem 0.9rem; }
[class*="st-key-figure_"] [data-testid="stPageLink"] p, .st-key-figure_inflation button p { font-size: 13px; }
[class*="st-key-figure_"] a { padding-inline: 0; }
.st-key-heat_wide { overflow-x: auto; }
.st-key-heat_wide > div { min-width: 46rem; }
.st-key-act_first a[class] { padding: 0.25rem 0; align-items: flex-start; height: auto; }
.st-key-act_first a [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-act_first a p { margin: 0; white-space: normal; line-height: 1.4; }
.st-key-act_first a > span:first-child { padding-top: 0.1rem; }
@media (max-width: 640px) {
  .st-key-figures > div { flex: 1 1 9rem; }
  .st-key-act_first a[class] { padding-block: 0.5rem; border-bottom: 1px solid light-dark(#e3e8ee, #2a333f); }
  h1 { font-size: 22px !important; }
}
</style>
"""
FONT: Final = '"Source Sans", "Source Sans Pro", "Segoe UI", system-ui, sans-serif'


@dataclass(frozen=True)
class Palette:
    """Every colour of one theme. ``states``, ``owners`` and ``severities`` are keyed by the published
    words.
    """

    name: str
    ink: str
    muted: str
    lines: str
    paper: str
    panel: str
    accent: str
    states: dict[str, str]
    owners: dict[str, str]
    severities: dict[str, str]
    heat: tuple[tuple[float, str], ...]
    roles: tuple[str, str]
    on_strong: str
    shown: str
    on_shown: str
    early: str

    def state(self, state: str) -> str:
        """The colour of a compliance state; ink for an unknown word."""
        return self.states.get(state, self.ink)

    def owner(self, owner: str | None) -> str:
        """The colour of a cause's owner; muted when nobody owns it."""
        return self.owners.get(owner or "", self.muted)


LIGHT: Final = Palette(
    name="light",
    ink="#1b2430",
    muted="#5b6776",
    lines="#d9dee5",
    paper="#ffffff",
    panel="#f6f7f9",
    accent="#1f5fa8",
    states={
        "trained": "#2f7d5b",
        "in_grace": "#7b8a99",
        "on_leave": "#7f8894",
        "waived": "#7a6fb0",
        "gap": "#c8452d",
        "not_evaluable": "#a67c00",
    },
    owners={"hr": "#6d5a93", "integration": "#1f7a8c", "training": "#b9772a", "learner": "#85882f"},
    severities={"critical": "#c8452d", "high": "#b9772a", "medium": "#5b6776", "low": "#7b8a99"},
    heat=((0.0, "#fdf3f0"), (0.35, "#f8d2c7"), (0.7, "#eda694"), (1.0, "#df7f69")),
    roles=("#dbe6f3", "#c3d5ea"),
    on_strong="#ffffff",
    shown="#c9d0d9",
    on_shown="#1b2430",
    early="#569f7e",
)
DARK: Final = Palette(
    name="dark",
    ink="#e6ebf1",
    muted="#9aa7b6",
    lines="#2a333f",
    paper="#12171e",
    panel="#1a212b",
    accent="#78b0ec",
    states={
        "trained": "#4fae84",
        "in_grace": "#94a3b3",
        "on_leave": "#98a1ad",
        "waived": "#a399d8",
        "gap": "#ec7560",
        "not_evaluable": "#d3a52e",
    },
    owners={"hr": "#a48fcf", "integration": "#48b0c4", "training": "#dd9e52", "learner": "#b2b558"},
    severities={"critical": "#ec7560", "high": "#dd9e52", "medium": "#9aa7b6", "low": "#94a3b3"},
    heat=((0.0, "#2a2326"), (0.35, "#4c2e2c"), (0.7, "#733f38"), (1.0, "#9a4d3e")),
    roles=("#22344a", "#2d4562"),
    on_strong="#12171e",
    shown="#475363",
    on_shown="#e6ebf1",
    early="#2a7253",
)
# plotly's names of patterns: a state is told by its pattern and its word as well as by its colour
PATTERNS: Final = {
    "trained": "",
    "in_grace": ".",
    "on_leave": "/",
    "waived": "outline",
    "gap": "",
    "not_evaluable": "\\",
}


def palette(name: str | None) -> Palette:
    """The palette of that Streamlit theme; light when the browser has not said yet."""
    return DARK if name == "dark" else LIGHT


def _theme(colours: Palette) -> dict[str, object]:
    return {
        "primaryColor": colours.accent,
        "backgroundColor": colours.paper,
        "secondaryBackgroundColor": colours.panel,
        "textColor": colours.ink,
        "linkColor": colours.accent,
        "borderColor": colours.lines,
        "dataframeBorderColor": colours.lines,
        "dataframeHeaderBackgroundColor": colours.panel,
        "dataframeHeaderTextColor": colours.muted,
        "redColor": colours.states["gap"],
        "redTextColor": "#b23a24" if colours is LIGHT else colours.states["gap"],
        "orangeColor": colours.owners["training"],
        "orangeTextColor": "#8a5413" if colours is LIGHT else colours.owners["training"],
        "greenColor": colours.states["trained"],
        "greenTextColor": "#276a4d" if colours is LIGHT else colours.states["trained"],
        "violetColor": colours.states["waived"],
        "grayColor": colours.muted,
        "grayTextColor": colours.muted,
    }


def _options() -> dict[str, object]:
    options: dict[str, object] = {
        "theme.font": "sans-serif",
        "theme.baseFontSize": 15,
        "theme.baseRadius": "small",
        "theme.headingFontSizes": ["28px", "20px", "20px", "15px", "15px", "13px"],
        "theme.headingFontWeights": [600, 600, 600, 600, 600, 600],
        "theme.metricValueFontSize": "28px",
        "theme.metricValueFontWeight": 600,
        "theme.linkUnderline": False,
        "theme.showWidgetBorder": True,
        "theme.showSidebarBorder": True,
        "theme.paddingTop": "0.5rem",
        "theme.paddingBottom": "3rem",
        "theme.sidebar.paddingTop": "0.5rem",
    }
    for colours in (LIGHT, DARK):
        options |= {f"theme.{colours.name}.{key}": value for key, value in _theme(colours).items()}
        options[f"theme.{colours.name}.sidebar.backgroundColor"] = colours.panel
        options[f"theme.{colours.name}.sidebar.secondaryBackgroundColor"] = colours.paper
    return options | {
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "browser.gatherUsageStats": False,
        "server.fileWatcherType": "none",
        "runner.magicEnabled": False,
        # Python collects by itself; doing it after every rerun holds back what that rerun still has to send
        "runner.postScriptGC": False,
    }


def streamlit_options() -> dict[str, str]:
    """Options for ``streamlit run``, by their dotted name; pass each as ``--<name>=<value>``.

    Lists are written as TOML, which is what the command line of Streamlit reads.
    """
    return {name: _flag(value) for name, value in _options().items()}


def _flag(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, list) else str(value)


def config_toml() -> str:
    """The same options as the text of ``.streamlit/config.toml``."""
    sections: dict[str, list[str]] = {}
    for name, value in _options().items():
        section, key = name.rsplit(".", 1)
        sections.setdefault(section, []).append(f"{key} = {json.dumps(value)}")
    blocks = [f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items()]
    return "# Written from gapwatch/dashboard/theme.py; change it there.\n\n" + "\n".join(blocks)


def write_config(path: Path) -> None:
    """Write ``config_toml`` to that file."""
    path.write_text(config_toml(), encoding="utf-8")
