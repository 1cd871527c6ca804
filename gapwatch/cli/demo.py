"""``gapwatch demo``: the sample company, from its files to the dashboard."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="The folder to put the sample company into; an earlier demo there is replaced.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--serve/--no-serve", "serving", default=True, help="Open the dashboard at the end, or stop before.")
def demo(out: Path, port: int, serving: bool) -> int:
    """Load a sample company of 1,500 workers, find its gaps, and serve the dashboard."""
    from gapwatch.cli.console import report
    from gapwatch.cli.outcome import say_generation, say_loads
    from gapwatch.cli.serve import serve_dashboard
    from gapwatch.config import load_settings
    from gapwatch.errors import ConfigurationError
    from gapwatch.pipeline import load, run
    from gapwatch.shipped import data_folder

    marker = out / "gapwatch.toml"
    if out.exists() and any(out.iterdir()) and not marker.is_file():
        raise ConfigurationError(f"{out} is not empty and holds no demo", do="name another folder with --out")
    shutil.copytree(data_folder() / "sample", out, dirs_exist_ok=True)
    settings = load_settings(marker)
    shutil.rmtree(settings.warehouse.path, ignore_errors=True)
    # The files are those of the company's last days; loaded at the clock, renewals since then would look missed.
    *earlier, last = json.loads((out / "answers.json").read_text(encoding="utf-8"))["deliveries"]
    for delivery in earlier:
        load(load_settings(out / delivery["config"]), loaded_at=_instant(delivery), progress=report)
    records, generation = run(settings, loaded_at=_instant(last), progress=report)
    say_loads(records, config=marker)
    say_generation(generation)
    click.echo(f'files and tables: {out}; try: gapwatch sql --config {marker} "select * from gaps limit 5"')
    return serve_dashboard(marker, port=port) if serving else 0


def _instant(delivery: dict[str, str]) -> dt.datetime:
    return dt.datetime.fromisoformat(delivery["loaded_at"])
