"""Sum one column of a CSV, by partitions."""

import dask.dataframe as dd
from worker import bench


def scan(task):
    (name,) = task.columns
    return {name: dd.read_csv(task.input, usecols=[name])[name].sum().compute(scheduler="processes")}


if __name__ == "__main__":
    bench(scan)
