"""Read a CSV into a frame in memory."""

import polars as pl
import summary
from worker import bench


def read(task):
    return pl.read_csv(task.input, try_parse_dates=True)


bench(read, answer=summary.polars)
