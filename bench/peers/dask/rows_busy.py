"""A function that keeps its core busy: a process a partition."""

import os
from functools import partial

import dask.dataframe as dd
import inputs
from spin import spin
from worker import bench


def function(cost, x):
    spin(cost)
    return float(x) + 1


def load(task):
    return inputs.pandas(task), partial(function, task.cost_ns)


def evaluate(state):
    df, busy = state
    return dd.from_pandas(df, npartitions=os.cpu_count()).x.map(busy, meta=("out", "f8")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(evaluate, setup=load, answer=lambda out: {"rows": len(out), "sum": out.sum()})
