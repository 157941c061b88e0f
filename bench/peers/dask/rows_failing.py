"""A function that fails on the last of the rows: a process a partition."""

import os
from functools import partial

import calls
import dask.dataframe as dd
import pandas as pd
from worker import bench


def function(last, log, x):
    calls.count(log)
    if x == last:
        raise ValueError(f"bad value {x}")
    return x + 1.0


def evaluate(task):
    df = pd.DataFrame({"x": range(task.rows)})
    failing = partial(function, task.rows - 1, task.output)
    return calls.told(task.output, lambda: dd.from_pandas(df, npartitions=os.cpu_count()).x.map(failing, meta=("out", "f8")).compute(scheduler="processes"))


if __name__ == "__main__":
    bench(evaluate)
