"""Read a CSV into a table in memory."""

import duckdb
import summary
from worker import bench


def read(task):
    con = duckdb.connect()
    con.sql(f"CREATE TABLE rows AS FROM read_csv('{task.input}')")
    return con


bench(read, answer=lambda con: summary.arrow(con.sql("FROM rows").to_arrow_table()))
