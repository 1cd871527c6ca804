"""The gap question as a sorted sweep, in pandas and in Polars: what a careful analyst would write there.

Both take periods and credentials (worker_key, requirement_key, site_key, valid_from, valid_to; naive UTC) and give the
stretches of required time that no credential covers (the same keys, opened_at, closed_at). Every boundary is one
row with a step up or down; in order of key and instant, running sums say what is required and held until the next.
Called by ``gapwatch.bench.rivals``; nothing of the product runs through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

KEYS: Final = ["worker_key", "requirement_key", "site_key"]


def sweep_in_pandas(periods: pd.DataFrame, credentials: pd.DataFrame) -> pd.DataFrame:
    """The uncovered stretches, by pandas."""
    import pandas as pd

    # One number for the three keys sorts twice as fast as three columns.
    sites = int(max(periods["site_key"].max(), credentials["site_key"].max())) + 1
    requirements = int(max(periods["requirement_key"].max(), credentials["requirement_key"].max())) + 1

    def boundaries(frame: pd.DataFrame, *, required: int, held: int) -> list[pd.DataFrame]:
        key = (frame["worker_key"] * requirements + frame["requirement_key"]) * sites + frame["site_key"]
        return [
            pd.DataFrame({"key": key, "at": frame[edge], "required": required * sign, "held": held * sign})
            for edge, sign in (("valid_from", 1), ("valid_to", -1))
        ]

    steps = pd.concat(
        [*boundaries(periods, required=1, held=0), *boundaries(credentials, required=0, held=1)],
        ignore_index=True,
    ).sort_values(["key", "at"], ignore_index=True)
    # Every key's steps add up to nothing, so one running sum over all keys serves each of them.
    steps["is_gap"] = (steps["required"].cumsum() > 0) & (steps["held"].cumsum() == 0)
    last_at_instant = ~steps.duplicated(["key", "at"], keep="last")
    steps = steps.loc[last_at_instant, ["key", "at", "is_gap"]]
    before = steps["is_gap"].shift(1, fill_value=False)
    opened = steps.loc[steps["is_gap"] & ~before, ["key", "at"]].reset_index(drop=True)
    closed = steps.loc[~steps["is_gap"] & before, "at"].reset_index(drop=True)
    return pd.DataFrame(
        {
            "worker_key": opened["key"] // sites // requirements,
            "requirement_key": opened["key"] // sites % requirements,
            "site_key": opened["key"] % sites,
            "opened_at": opened["at"],
            "closed_at": closed,
        }
    )


def sweep_in_polars(periods: pl.DataFrame, credentials: pl.DataFrame) -> pl.DataFrame:
    """The uncovered stretches, by Polars, as one lazy query on all its threads."""
    import polars as pl

    def boundaries(frame: pl.DataFrame, *, required: int, held: int) -> list[pl.LazyFrame]:
        return [
            frame.lazy().select(
                *KEYS,
                pl.col(edge).alias("at"),
                pl.lit(required * sign, dtype=pl.Int32).alias("required"),
                pl.lit(held * sign, dtype=pl.Int32).alias("held"),
            )
            for edge, sign in (("valid_from", 1), ("valid_to", -1))
        ]

    next_row = [pl.col(name).shift(-1) for name in (*KEYS, "at")]
    is_last_at_instant = pl.any_horizontal(
        *(pl.col(name).ne_missing(later) for name, later in zip((*KEYS, "at"), next_row, strict=True))
    )
    return (
        pl.concat([*boundaries(periods, required=1, held=0), *boundaries(credentials, required=0, held=1)])
        .sort([*KEYS, "at"])
        .with_columns(
            ((pl.col("required").cum_sum() > 0) & (pl.col("held").cum_sum() == 0)).alias("is_gap"),
            is_last_at_instant.alias("is_last"),
        )
        .filter("is_last")
        .select(
            *KEYS,
            pl.col("at").alias("opened_at"),
            "is_gap",
            pl.col("is_gap").shift(1, fill_value=False).alias("was_gap"),
        )
        .filter(pl.col("is_gap") != pl.col("was_gap"))
        .with_columns(pl.col("opened_at").shift(-1).alias("closed_at"))
        .filter("is_gap")
        .select(*KEYS, "opened_at", "closed_at")
        .collect()
    )
