"""Sum, mean and count of groups, read from Parquet."""

import polars as pl
from polars import col
from worker import bench


def group(task):
    totals = col("fare").sum(), col("tip").mean(), pl.len().alias("n")
    return pl.scan_parquet(task.input).group_by(task.keys).agg(*totals).collect(engine="streaming")


def answer(g):
    return {"groups": len(g), "fare": g["fare"].sum(), "tip": g["tip"].sum(), "n": g["n"].sum()}


bench(group, answer=answer)
