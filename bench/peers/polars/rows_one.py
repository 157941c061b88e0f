"""A cheap Python function of one column, row by row."""

import inputs
import polars as pl
from worker import bench


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(df):
    return df.select(out=pl.col("x").map_elements(function, return_dtype=pl.Float64))


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
