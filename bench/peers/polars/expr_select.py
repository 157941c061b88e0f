"""A conditional expression over four columns into a new one."""

import inputs
import polars as pl
from polars import col
from worker import bench


def evaluate(df):
    above = col("x") * col("x") + col("y") * col("y") * 2 - 0.5 > col("t")
    out = df.lazy().select(out=pl.when(above).then("a").otherwise("b"))
    return out.collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
