"""Read a CSV into frames in memory, one a partition."""

import dask.dataframe as dd
import summary
from worker import bench


def read(task):
    return dd.read_csv(task.input, parse_dates=task.times).persist()


bench(read, answer=lambda df: summary.pandas(df.compute()))
