"""Sum one column of a CSV, streamed."""

import polars as pl
from worker import bench


def scan(task):
    return pl.scan_csv(task.input).select(pl.col(task.columns).sum()).collect(engine="streaming")


bench(scan, answer=lambda df: df.row(0, named=True))
