"""The mean of the last 100 fares at each row."""

import polars as pl
from worker import bench


def load(task):
    return pl.read_parquet(task.input, columns=["fare"])


def rolling(df):
    return df.select(out=pl.col("fare").rolling_mean(100, min_samples=1))


bench(rolling, setup=load, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
