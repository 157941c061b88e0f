"""CSV to CSV with one derived column, streamed."""

import duckdb
from worker import bench


def convert(task):
    duckdb.sql(f"""
        COPY (SELECT *, fare + tip AS total FROM read_csv('{task.input}'))
        TO '{task.output}' (FORMAT csv, HEADER)
    """)


bench(convert)
