"""Sum one column of a CSV, streamed."""

import duckdb
from worker import bench


def scan(task):
    (name,) = task.columns
    return {name: duckdb.sql(f"SELECT sum({name}) FROM read_csv('{task.input}')").fetchall()[0][0]}


bench(scan)
