"""A Python function of each group, the mean fare weighted by distance: a process a partition."""

import os

import dask.dataframe as dd
import pandas as pd
from worker import bench


def function(g):
    return (g.fare * g.distance).sum() / g.distance.sum()


def load(task):
    return pd.read_parquet(task.input, columns=[*task.keys, "fare", "distance"]), task.keys


def group(state):
    df, keys = state
    grouped = dd.from_pandas(df, npartitions=os.cpu_count()).groupby(keys)[["fare", "distance"]]
    return grouped.apply(function, meta=("out", "f8")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(group, setup=load, answer=lambda out: {"groups": len(out), "sum": out.sum()})
