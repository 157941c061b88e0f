"""Read a CSV into a frame in memory."""

import polars as pl
import summary
from worker import bench


def read(task):
    return pl.scan_csv(task.input, try_parse_dates=True).collect(engine="streaming")


bench(read, answer=summary.polars)
