"""Join the main table with one row for each driver."""

import pandas as pd
from worker import bench


def load(task):
    return pd.read_parquet(task.input), pd.read_csv(task.other)


def join(state):
    trips, drivers = state
    return trips.merge(drivers, on="driver")


bench(join, setup=load, answer=lambda df: {"rows": len(df), "rating": df.rating.sum(), "fare": df.fare.sum()})
