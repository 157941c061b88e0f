"""A Python function that waits, row by row."""

import time
from functools import partial

import inputs
import polars as pl
from worker import bench


def function(cost, x):
    time.sleep(cost / 1e9)
    return float(x) + 1


def load(task):
    return inputs.polars(task), partial(function, task.cost_ns)


def evaluate(state):
    df, call = state
    return df.select(out=pl.col("x").map_elements(call, return_dtype=pl.Float64))


bench(evaluate, setup=load, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
