"""The mean of the last 100 fares at each row, by partitions."""

import os

import dask.dataframe as dd
import pandas as pd
from worker import bench


def load(task):
    return pd.read_parquet(task.input, columns=["fare"])


def rolling(df):
    return dd.from_pandas(df, npartitions=os.cpu_count()).fare.rolling(100, min_periods=1).mean().compute()


bench(rolling, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
