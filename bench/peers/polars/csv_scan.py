"""Scan a CSV: every column typed, one aggregate a column, streamed."""

import polars as pl
import polars.selectors as cs
from worker import bench


def scan(task):
    rows = pl.scan_csv(task.input, try_parse_dates=bool(task.times), null_values=task.null or None)
    totals = rows.select(
        pl.len().alias("rows"),
        cs.numeric().sum(),
        cs.string().str.len_bytes().sum(),
        cs.temporal().dt.epoch("s").sum(),
    )
    return totals.collect(engine="streaming")


bench(scan, answer=lambda df: df.row(0, named=True))
