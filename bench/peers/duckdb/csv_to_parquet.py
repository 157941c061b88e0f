"""CSV to Parquet with two derived columns, streamed."""

import duckdb
from worker import bench


def convert(task):
    duckdb.sql(f"""
        COPY (SELECT *, fare + tip AS total, fare / greatest(distance, 0.1) AS per_mile
              FROM read_csv('{task.input}'))
        TO '{task.output}' (FORMAT parquet)
    """)


bench(convert)
