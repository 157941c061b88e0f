"""Read a Parquet file, or some of its columns, into a frame."""

import polars as pl
import summary
from worker import bench


def read(task):
    return pl.read_parquet(task.input, columns=task.columns or None)


bench(read, answer=summary.polars)
