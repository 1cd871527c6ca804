"""The command line, called in this process: what a test gives it and gets back.

Owns the catching of output and exit code. Knows no command.
"""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock


@dataclass(frozen=True)
class Answer:
    """What a command did: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


def gapwatch(*arguments: str) -> Answer:
    """Run ``gapwatch <arguments>``."""
    from gapwatch.cli import main

    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["gapwatch", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code: str | int | None
        try:
            code = main()
        except SystemExit as stop:
            code = stop.code
    return Answer(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())
