"""Join the main table with one row for each driver, by partitions."""

import dask.dataframe as dd
import pandas as pd
from worker import bench


def load(task):
    trips = dd.read_parquet(task.input, split_row_groups="adaptive").persist()
    return trips, pd.read_csv(task.other)


def join(state):
    trips, drivers = state
    return trips.merge(drivers, on="driver").persist()


bench(join, setup=load, answer=lambda df: {"rows": len(df), "rating": df.rating.sum().compute(), "fare": df.fare.sum().compute()})
