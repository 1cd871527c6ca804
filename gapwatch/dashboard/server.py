"""Streamlit's server with what every page needs already on its way: ``python -m gapwatch.dashboard.server run app.py``.

Owns that order alone: the libraries that the first page needs are imported while the server starts and the browser
fetches its scripts, those of other pages once it is there; then all are left out of garbage collection, for they stay
as long as the server does. Called by ``gapwatch serve``, in a process of its own.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import sys
import threading
import time
from typing import Final

from streamlit.web.cli import main

# Streamlit itself is there by then, and none of these keeps anything in its caches, which need the running server
_FIRST: Final = (
    "pandas",
    "plotly.graph_objects",
    "gapwatch.config",
    "gapwatch.reads",
    "gapwatch.dashboard.figures.overview",
)
_LATER: Final = ("gapwatch.evidence.archive", "gapwatch.digest.weekly")
_FIRST_PAGE: Final = 8.0  # seconds
_TURN: Final = 0.05  # seconds; a page's pieces are made in one turn and sent together, and laid out once


def _import_ahead() -> None:
    for name in _FIRST:
        importlib.import_module(name)
    inspect.stack()  # Streamlit asks once where it was called from; what that looks up is kept
    time.sleep(_FIRST_PAGE)
    for name in _LATER:
        importlib.import_module(name)
    gc.freeze()


if __name__ == "__main__":
    sys.setswitchinterval(_TURN)
    threading.Thread(target=_import_ahead, name="imports", daemon=True).start()
    main(prog_name="streamlit")
