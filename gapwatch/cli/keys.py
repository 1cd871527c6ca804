"""``gapwatch keys``: the key that signs exports."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def keys() -> None:
    """The Ed25519 key that signs evidence: make one, or show its public half."""


@keys.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write; not in the warehouse.")
def generate(out: Path) -> int:
    """Write a new private key that only you can read, and print its public key."""
    from gapwatch.evidence.signing import fingerprint, generate_key

    public = generate_key(out)
    click.echo(public)
    click.echo(f"fingerprint {fingerprint(public)}; the private key is in {out}: keep it to yourself", err=True)
    return 0


@keys.command()
@click.option("--key", type=click.Path(path_type=Path), help="The private key's file. Default: the environment's.")
def show(key: Path | None) -> int:
    """Print the public key, for whoever verifies your exports."""
    from gapwatch.errors import ConfigurationError
    from gapwatch.evidence.signing import FILE_VARIABLE, KEY_VARIABLE, fingerprint, public_key, signing_key

    found = signing_key(key)
    if found is None:
        raise ConfigurationError(
            "there is no signing key",
            where=f"--key, {KEY_VARIABLE} or {FILE_VARIABLE}",
            do="make one with: gapwatch keys generate --out FILE",
        )
    public = public_key(found)
    click.echo(public)
    click.echo(f"fingerprint {fingerprint(public)}", err=True)
    return 0
