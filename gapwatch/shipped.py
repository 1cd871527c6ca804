"""What is shipped beside the code: SQL, sample data, the dashboard's start file.

In a checkout they lie at the top level; an installed package carries them inside itself.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def query_folder() -> Path:
    """The folder of the SQL models and questions."""
    return _shipped("queries")


def data_folder() -> Path:
    """The folder of the sample company and the starter policy."""
    return _shipped("data")


def app_file() -> Path:
    """The file that Streamlit runs."""
    inside = _PACKAGE / "_app.py"
    return inside if inside.is_file() else _PACKAGE.parent / "app.py"


def _shipped(name: str) -> Path:
    inside = _PACKAGE / f"_{name}"
    return inside if inside.is_dir() else _PACKAGE.parent / name
