"""A cheap Python function of two columns, row by row."""

import inputs
import polars as pl
from worker import bench


def function(row):
    return row["x"] / max(row["y"], 0.1)


def evaluate(df):
    return df.select(out=pl.struct("x", "y").map_elements(function, return_dtype=pl.Float64))


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
