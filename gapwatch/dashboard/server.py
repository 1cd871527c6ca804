"""Streamlit's server with what every page needs already on its way: ``python -m gapwatch.dashboard.server run app.py``.

Owns that order alone: the libraries that take longest are imported while the server starts and the first browser
fetches its scripts, not when the first page is asked for; then they are left out of garbage collection, for they stay
as long as the server does. Called by ``gapwatch serve``, in a process of its own.
"""

from __future__ import annotations

import gc
import importlib
import threading
from typing import Final

from streamlit.web.cli import main

# Streamlit itself is there by then, and none of these keeps anything in its caches, which need the running server
_HEAVY: Final = (
    "pandas",
    "plotly.graph_objects",
    "gapwatch.config",
    "gapwatch.reads",
    "gapwatch.evidence.archive",
    "gapwatch.dashboard.figures.overview",
    "gapwatch.digest.weekly",
)


def _import_ahead() -> None:
    for name in _HEAVY:
        importlib.import_module(name)
    gc.freeze()


if __name__ == "__main__":
    threading.Thread(target=_import_ahead, name="imports", daemon=True).start()
    main(prog_name="streamlit")
