"""Join the main table with one row for each driver."""

import polars as pl
from worker import bench


def load(task):
    return pl.read_parquet(task.input), pl.read_csv(task.other)


def join(state):
    trips, drivers = state
    return trips.lazy().join(drivers.lazy(), on="driver").collect(engine="streaming")


bench(join, setup=load, answer=lambda df: {"rows": df.height, "rating": df["rating"].sum(), "fare": df["fare"].sum()})
