"""A Python function that keeps its core busy, row by row."""

from functools import partial

import inputs
import polars as pl
from spin import spin
from worker import bench


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.polars(task), partial(function, task.cost_ns)


def evaluate(state):
    df, call = state
    return df.select(out=pl.col("x").map_elements(call, return_dtype=pl.Float64))


bench(evaluate, setup=load, answer=lambda df: {"rows": df.height, "sum": df["out"].sum()})
