"""A function that waits: a process a partition."""

import os
import time
from functools import partial

import dask.dataframe as dd
import inputs
from worker import bench


def function(cost, x):
    time.sleep(cost / 1e9)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, waiting = state
    return dd.from_pandas(df, npartitions=os.cpu_count()).x.map(waiting, meta=("out", "f8")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
