"""The errors gapwatch raises on purpose. Every one says what failed, where, and what to do.

Exit codes are those of the command line (contract, section 4)::

    GapwatchError                      4   something failed inside
    ├── ConfigurationError             2   gapwatch.toml, a mapping or a policy table is wrong; usage
    │   └── NotPermitted             2   the viewer's role does not show that
    ├── LoadError                      3   a source could not be read as what it claims to be
    ├── NothingPublished               3   there is no generation to read, or none could be published
    │   └── WarehouseBusy              3   another run holds the warehouse
    └── ModelError                     4   a model failed: names the model and its SQL
"""

from __future__ import annotations


class GapwatchError(Exception):
    """Base of all deliberate errors.

    ``what`` failed, ``where`` (file, row, column, or model), and what to ``do`` about it; none of them holds
    personal data or a secret.
    """

    exit_code = 4

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(what)

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.do:
            parts.append(f"  do:    {self.do}")
        return "\n".join(parts)


class ConfigurationError(GapwatchError):
    """gapwatch.toml, a mapping or a policy table is wrong, or a command was called wrongly."""

    exit_code = 2


class NotPermitted(ConfigurationError):
    """The viewer's role does not show what was asked for."""


class LoadError(GapwatchError):
    """A source could not be read as what it claims to be: missing, empty, truncated, wrong format."""

    exit_code = 3


class NothingPublished(GapwatchError):
    """There is no published generation to read, or this run could not publish one."""

    exit_code = 3


class WarehouseBusy(NothingPublished):
    """Another run holds the warehouse; nothing was changed."""


class ModelError(GapwatchError):
    """A model's SQL failed or broke its stated key."""
