"""``gapwatch identity``: whose the LMS accounts are, whose the others could be, and decisions about them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gapwatch.cli.options import config_option, instant_options, open_reader, settings_of
from gapwatch.cli.outcome import now

if TYPE_CHECKING:
    from gapwatch.config import Settings
    from gapwatch.identity.decisions import Decision

_COLUMNS = (
    "status",
    "account_id",
    "account_name",
    "username",
    "worker_id",
    "method",
    "candidate_worker_id",
    "candidate_name",
    "score",
    "is_offered",
    "explanation",
)


@click.group(invoke_without_command=True)
@config_option
@instant_options
@click.option(
    "--status",
    type=click.Choice(["open", "linked", "ambiguous", "unlinked", "orphan", "all"]),
    default="open",
    show_default=True,
    help="Which accounts to list; open: all but the linked ones.",
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.pass_context
def identity(
    context: click.Context, config: Path, as_of: str | None, known_at: str | None, status: str, form: str
) -> int:
    """List accounts and whose they are or could be; decide, or undo a decision.

    A candidate is offered, never applied: only a decision, a reference, an e-mail address or a user name links an
    account. An orphan is an unlinked account that can still log in.
    """
    if context.invoked_subcommand is not None:
        context.obj = config
        return 0
    from gapwatch.cli.console import show_rows

    with open_reader(config, as_of=as_of, known_at=known_at) as reader:
        counts = reader.ask("identity_counts").iloc[0]
        cursor = reader.question("identity_accounts", status=None if status == "all" else status)
        columns = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
    if form == "table":
        places = [columns.index(name) for name in _COLUMNS]
        columns, rows = list(_COLUMNS), [tuple(row[place] for place in places) for row in rows]
    show_rows(columns, rows, form=form)
    click.echo(
        f"{counts.linked:,} accounts linked, {counts.ambiguous:,} ambiguous, {counts.unlinked:,} unlinked,"
        f" {counts.orphans:,} orphans; a worker is offered for {counts.offered:,}",
        err=True,
    )
    if not isinstance(counts.matcher, str):
        click.echo("no candidates without the extra; do: pip install 'gapwatch[identity]', then gapwatch run", err=True)
    return 0


@identity.command()
@click.argument("account_id")
@click.option("--worker", "worker_id", help="The worker it belongs to.")
@click.option("--nobody", is_flag=True, help="It belongs to nobody: a kiosk, a test account.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="On what grounds.")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@click.pass_obj
def decide(above: Path, account_id: str, worker_id: str | None, nobody: bool, by: str, reason: str,
           config: Path | None) -> int:  # fmt: skip
    """Record whose ACCOUNT_ID is, in the policy's identity_overrides. The next run applies it."""
    from gapwatch.errors import ConfigurationError
    from gapwatch.identity.decisions import Decision, decide
    from gapwatch.warehouse.lock import warehouse_lock

    if (worker_id is None) == (not nobody):
        raise ConfigurationError(
            "whose the account is was not said" if worker_id is None else "it cannot be a worker's and nobody's",
            where="--worker, --nobody",
            do="give one of them",
        )
    settings = settings_of(config or above)
    _known(settings, account_id, worker_id)
    made = Decision(account_id, worker_id, by.strip(), now().replace(microsecond=0), reason.strip())
    with warehouse_lock(settings.warehouse.path):
        decide(settings.policy.path, made, existing=_decisions(settings))
    click.echo(f"recorded: {made.says}, decided by {made.decided_by}. The next gapwatch run applies it.")
    return 0


@identity.command()
@click.argument("account_id")
@click.option("--by", required=True, help="Who takes the decision back.")
@click.option("--reason", required=True, help="On what grounds.")
@click.option("--config", type=click.Path(path_type=Path), help="The settings file.")
@click.pass_obj
def undo(above: Path, account_id: str, by: str, reason: str, config: Path | None) -> int:
    """Take back the decision that holds about ACCOUNT_ID; the one before it, if any, holds again."""
    from gapwatch.identity.decisions import HISTORY, undo
    from gapwatch.warehouse.lock import warehouse_lock

    settings = settings_of(config or above)
    with warehouse_lock(settings.warehouse.path):
        removed, before = undo(
            settings.policy.path, account_id, by=by.strip(), at=now(), reason=reason.strip(),
            existing=_decisions(settings),
        )  # fmt: skip
    click.echo(
        f"undone: {removed.says}, decided by {removed.decided_by}; kept in {HISTORY}."
        f" {f'Again in force: {before.says}.' if before else 'No decision is left.'} The next gapwatch run applies it."
    )
    return 0


def _known(settings: Settings, account_id: str, worker_id: str | None) -> None:
    """Raises ConfigurationError when the published run knows no such account or worker."""
    from gapwatch.errors import ConfigurationError
    from gapwatch.reads import Reader

    with Reader.open(settings.warehouse.path) as reader:
        known = reader.ask("identity_known", account_id=account_id, worker_id=worker_id).iloc[0]
    for is_known, what, told in (
        (known.knows_account, "account", account_id),
        (worker_id is None or known.knows_worker, "worker", worker_id),
    ):
        if not is_known:
            raise ConfigurationError(
                f"the last run knows no {what} {told}",
                where="the published tables",
                do="check the id (zeros in front count), or run gapwatch run when it is new",
            )


def _decisions(settings: Settings) -> list[Decision]:
    from gapwatch.identity.decisions import TABLE, Decision
    from gapwatch.loaders.policy import read_policy

    policy = read_policy(settings.policy.path, organisation_timezone=settings.organisation.timezone)
    return [
        Decision(
            account_id=row["account_id"],
            worker_id=row["worker_id"],
            decided_by=row["decided_by"],
            decided_at=row["decided_at"].replace(tzinfo=dt.UTC),
            reason=row["reason"],
            row_number=row["row_number"],
        )
        for row in policy.tables[TABLE].to_pylist()
    ]
