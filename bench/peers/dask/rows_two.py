"""A cheap function of two columns, row by row: a process a partition."""

import os

import dask.dataframe as dd
import inputs
from worker import bench


def function(x, y):
    return x / max(y, 0.1)


def evaluate(df):
    return dd.from_pandas(df, npartitions=os.cpu_count()).apply(lambda row: function(row.x, row.y), axis=1, meta=("out", "f8")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
