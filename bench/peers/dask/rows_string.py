"""A function of text, row by row: a process a partition."""

import os

import dask.dataframe as dd
import inputs
from worker import bench


def function(text):
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def evaluate(df):
    return dd.from_pandas(df, npartitions=os.cpu_count()).text.map(function, meta=("out", "str")).compute(scheduler="processes")


if __name__ == "__main__":
    bench(evaluate, setup=inputs.pandas, answer=lambda out: {"rows": len(out), "bytes": out.str.len().sum(), "b": out.str.count("B").sum()})
