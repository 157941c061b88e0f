"""A Python function of each group: the mean fare weighted by distance."""

import polars as pl
from worker import bench


def function(g):
    weighted = (g["fare"] * g["distance"]).sum() / g["distance"].sum()
    return pl.DataFrame({"out": [weighted]})


def load(task):
    return pl.read_parquet(task.input, columns=[*task.keys, "fare", "distance"]), task.keys


def group(state):
    df, keys = state
    return df.group_by(keys).map_groups(function)


bench(group, setup=load, answer=lambda df: {"groups": df.height, "sum": df["out"].sum()})
