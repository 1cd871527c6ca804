"""The command line: one command per file, results on stdout, progress and diagnostics on stderr.

Owns exit codes (0 done, 1 findings or differences, 2 usage or configuration, 3 a load was held or nothing could
be published, 4 internal) and how errors are shown. Heavy imports happen inside commands.
"""

from __future__ import annotations

import os
import sys

import click

from gapwatch import __version__
from gapwatch.cli.bench import bench
from gapwatch.cli.build import build
from gapwatch.cli.check import check
from gapwatch.cli.demo import demo
from gapwatch.cli.digest import digest
from gapwatch.cli.doctor import doctor
from gapwatch.cli.evidence import evidence
from gapwatch.cli.explain import explain
from gapwatch.cli.exports import exports
from gapwatch.cli.identity import identity
from gapwatch.cli.keys import keys
from gapwatch.cli.load import load
from gapwatch.cli.map import map_file
from gapwatch.cli.person import person
from gapwatch.cli.rejects import rejects
from gapwatch.cli.release import release
from gapwatch.cli.remediate import remediate
from gapwatch.cli.run import run
from gapwatch.cli.score import score
from gapwatch.cli.scorecard import scorecard
from gapwatch.cli.serve import serve
from gapwatch.cli.simulate import simulate
from gapwatch.cli.sql import sql
from gapwatch.cli.verify import verify
from gapwatch.cli.watch import watch
from gapwatch.errors import GapwatchError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gapwatch")
def gapwatch() -> None:
    """Find the compliance gaps that open between an HR system and a learning system."""


for command in (
    run,
    load,
    release,
    rejects,
    check,
    build,
    explain,
    demo,
    simulate,
    sql,
    person,
    identity,
    evidence,
    verify,
    exports,
    keys,
    digest,
    remediate,
    watch,
    scorecard,
    score,
    serve,
    doctor,
    bench,
    map_file,
):
    gapwatch.add_command(command)


def main() -> int:
    """Run the command in ``sys.argv``; returns its exit code."""
    try:
        code = gapwatch.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; what was published before is still in force", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except GapwatchError as error:
        click.echo(f"gapwatch: {error}", err=True)
        return error.exit_code
    except Exception as error:  # the last resort of a command line: one line, not a traceback
        if os.environ.get("GAPWATCH_TRACEBACK"):
            raise
        click.echo(f"gapwatch: internal error: {type(error).__name__}: {error}", err=True)
        click.echo("  do:    report it with what `gapwatch doctor` says; GAPWATCH_TRACEBACK=1 shows where", err=True)
        return 4
    return code if isinstance(code, int) else 0
