"""The week's digests: one a recipient, composed and written as files.

Owns the order of the work. Composes nothing itself; ``sending`` hands the mails over. Called by ``sending``, the
command line and the dashboard's preview.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from gapwatch import __version__
from gapwatch.config import Settings
from gapwatch.digest import basis, wording
from gapwatch.digest.attachment import MOST, workbook_of
from gapwatch.digest.compose import compose, week_of
from gapwatch.digest.content import Digest
from gapwatch.digest.facts import ask_facts, site_names
from gapwatch.digest.mail import FILE_SENDER, file_name, to_message
from gapwatch.digest.recipients import EVERYONE, Recipient, read_recipients
from gapwatch.reads import Reader

Progress = Callable[[str], None]
_TOLD_EVERY: Final = 25


def compose_digests(reader: Reader, settings: Settings) -> Iterator[tuple[Recipient, Digest]]:
    """Each recipient's digest; without a recipients file one, of everything, for ``everyone``.

    Recipients of the same sites share one composition. Raises ConfigurationError for a bad recipients file.
    """
    compositions = Compositions(reader, settings)
    for recipient in recipients_of(reader, settings):
        yield recipient, compositions.of(recipient)


def write_digests(
    reader: Reader,
    settings: Settings,
    *,
    to_folder: Path,
    recipients: tuple[Recipient, ...] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write each recipient's digest into the folder as an ``.eml`` file and return the files.

    The same generation gives the same bytes; the mails are dated as_of. A file is there in full or not at
    all.
    """
    to_folder.mkdir(parents=True, exist_ok=True)
    sender = settings.digest.smtp.sender if settings.digest.smtp else FILE_SENDER
    written = []
    compositions = Compositions(reader, settings)
    for recipient in recipients_of(reader, settings) if recipients is None else recipients:
        digest = compositions.of(recipient)
        message = compositions.message(recipient, sender=sender, date=digest.as_of)
        path = to_folder / file_name(digest, recipient=recipient)
        beside = path.with_name(f".{path.name}.tmp")
        beside.write_bytes(message.as_bytes())
        beside.replace(path)
        written.append(path)
        if progress and len(written) % _TOLD_EVERY == 0:
            progress(f"{len(written)} digests written so far")
    if progress:
        progress(f"{wording.count(len(written), 'digest')} written to {to_folder}")
    return written


def recipients_of(reader: Reader, settings: Settings) -> tuple[Recipient, ...]:
    """The recipients of the settings' file; without one, everyone."""
    if settings.digest.recipients is None:
        return (EVERYONE,)
    return read_recipients(settings.digest.recipients, known_sites=site_names(reader))


class Compositions:
    """Digests by scope, each composed when first needed: many recipients share the same sites."""

    def __init__(self, reader: Reader, settings: Settings) -> None:
        self._reader, self._settings = reader, settings
        self._found: dict[tuple[str, ...], Digest] = {}
        self._workbooks: dict[tuple[str, ...], bytes] = {}
        self.week = week_of(reader.run)
        self._before = basis.before(settings.warehouse.path, week=self.week)

    def of(self, recipient: Recipient) -> Digest:
        """That recipient's digest."""
        sites = tuple(sorted(recipient.sites))
        if sites not in self._found:
            facts = ask_facts(self._reader, sites=sites, before=self._before)
            url = self._settings.digest.dashboard_url
            self._found[sites] = compose(facts, dashboard_url=url, version=__version__)
        return self._found[sites]

    def message(self, recipient: Recipient, *, sender: str, date: dt.datetime, occasion: str = "") -> EmailMessage:
        """That recipient's mail, with the workbook of its rows where the recipient wants one."""
        digest = self.of(recipient)
        workbook = self._workbook(tuple(sorted(recipient.sites)), digest) if recipient.attach else None
        return to_message(digest, recipient=recipient, sender=sender, date=date, occasion=occasion, workbook=workbook)

    def _workbook(self, sites: tuple[str, ...], digest: Digest) -> bytes:
        if sites not in self._workbooks:
            facts = ask_facts(self._reader, sites=sites, before=self._before, most=MOST)
            self._workbooks[sites] = workbook_of(facts, digest)
        return self._workbooks[sites]
