"""The mean of the last 100 fares at each row."""

import pandas as pd
from worker import bench


def load(task):
    return pd.read_parquet(task.input, columns=["fare"])


def rolling(df):
    return df.fare.rolling(100, min_periods=1).mean()


bench(rolling, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
