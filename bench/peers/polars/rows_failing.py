"""A Python function that fails on the last of the rows."""

from functools import partial

import calls
import polars as pl
from worker import bench


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    df = pl.DataFrame({"x": range(task.rows)})
    failing = partial(function, task.rows - 1, task.output)
    column = pl.col("x").map_elements(failing, return_dtype=pl.Float64)
    return calls.told(task.output, lambda: df.select(column))


bench(evaluate)
