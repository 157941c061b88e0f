"""CSV to Parquet with two derived columns, streamed."""

import polars as pl
from worker import bench


def convert(task):
    pl.scan_csv(task.input, try_parse_dates=True).with_columns(
        total=pl.col("fare") + pl.col("tip"),
        per_mile=pl.col("fare") / pl.max_horizontal("distance", 0.1),
    ).sink_parquet(task.output)


bench(convert)
