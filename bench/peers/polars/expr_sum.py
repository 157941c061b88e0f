"""A conditional expression over four columns, summed, streamed."""

import inputs
import polars as pl
from polars import col
from worker import bench


def evaluate(df):
    above = col("x") * col("x") + col("y") * col("y") * 2 - 0.5 > col("t")
    total = df.lazy().select(pl.when(above).then("a").otherwise("b").sum())
    return total.collect(engine="streaming")


bench(evaluate, setup=inputs.polars, answer=lambda df: {"sum": df.item()})
