"""Scan a CSV: every column typed, one aggregate a column, by partitions.

Strings are parsed by pandas, which holds the lock: worker processes, as the dask
documentation advises for such work.
"""

import dask
import dask.dataframe as dd
import pandas as pd
from worker import bench


def seconds(column):
    return (column - pd.Timestamp(0, tz=column.dt.tz)).dt.total_seconds().sum()


def totals(df):
    numbers = df.select_dtypes("number").sum()
    texts = df.select_dtypes(["object", "string"]).apply(lambda column: column.str.len().sum())
    times = df.select_dtypes(["datetime", "datetimetz"]).apply(seconds)
    return {"rows": len(df), **numbers, **texts, **times}


def scan(task):
    # The types come from the first rows: assume_missing lets integers have nulls further down.
    rows = dd.read_csv(task.input, parse_dates=task.times or False, assume_missing=True)
    parts = dask.compute(*[dask.delayed(totals)(part) for part in rows.to_delayed()], scheduler="processes")
    return {name: sum(part.get(name, 0) for part in parts) for name in parts[0]}


if __name__ == "__main__":
    bench(scan)
