"""Reading a page that was run without a browser: its figures, text, tables and links."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from streamlit.testing.v1 import AppTest

APP: Final = Path(__file__).parent.parent / "app.py"
Open = Callable[..., AppTest]


def figures(app: AppTest) -> dict[str, str]:
    """The overview's figures by label."""
    return {metric.label: metric.value for metric in app.metric}


def text(app: AppTest) -> str:
    """All text of a page that is not in a table, as it is read: without the escapes of Markdown."""
    said = "\n".join(str(part.value) for part in [*app.title, *app.markdown, *app.caption, *app.warning, *app.error])
    return re.sub(r"\\(.)", r"\1", said)


def table(app: AppTest, column: str) -> Any:
    """The first table of the page that has that column."""
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


def unfolded(app: AppTest, *names: str) -> AppTest:
    """The page with these folded tables opened: what is folded away is not sent."""
    for name in names:
        app.session_state[f"folded_{name}"] = True
    return app.run()


def links(app: AppTest) -> list[tuple[str, dict[str, str]]]:
    """(page, query parameters) of every link to a page."""
    found = []
    for element in app.get("page_link"):
        proto = element.proto
        found.append((proto.page, dict(urllib.parse.parse_qsl(proto.query_string))))
    return found
