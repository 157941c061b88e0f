"""A cheap function of one column, row by row: a process a partition."""

import os

import dask.dataframe as dd
import inputs
from worker import bench


def function(x):
    return 3 * x + 1 if x > 0.5 else -x


def evaluate(df):
    return dd.from_pandas(df, npartitions=os.cpu_count()).x.map(function, meta=("out", "f8")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "sum": out.sum()})
