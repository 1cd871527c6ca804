"""What is said when a file does not arrive: one wording for every kind of address.

Owns the texts of these errors. Called by the modules that fetch files.
"""

from __future__ import annotations

from gapwatch.errors import ConfigurationError, LoadError


def missing(where: str) -> LoadError:
    """An address has no file."""
    return LoadError(
        "there is no such file",
        where=where,
        do="check path in [[sources]], or whether the export has run; the loads before it stay in force",
    )


def stalled(where: str, seconds: float) -> LoadError:
    """A server no longer answers."""
    return LoadError(
        f"the server sent nothing for {seconds:g} s",
        where=where,
        do="load it again later; the loads before it stay in force",
    )


def truncated(where: str, received: int, promised: int) -> LoadError:
    """A copy is not as long as the server says the file is."""
    return LoadError(
        f"the file is not whole: {received:,} of {promised:,} bytes arrived",
        where=where,
        do="load it again; the loads before it stay in force",
    )


def forbidden(where: str) -> LoadError:
    """A server knows us, and does not give us the file."""
    return LoadError(
        "the server does not let us read there",
        where=where,
        do="check the rights of the user, and the credentials in the environment",
    )


def is_page(where: str) -> LoadError:
    """What came is a web page."""
    return LoadError(
        "the file is an HTML page, not an export: most likely a sign-in or an error page",
        where=where,
        do="open the address in a browser to see what it says; the loads before it stay in force",
    )


def not_installed(extra: str | None, where: str) -> ConfigurationError:
    """A library that only some addresses need is not there; ``extra`` is gapwatch's own name for it."""
    return ConfigurationError(
        "what reads such addresses is not installed",
        where=where,
        do=f"pip install 'gapwatch[{extra}]'" if extra else "install the fsspec implementation of this kind of address",
    )
