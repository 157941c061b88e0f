"""The mean of the last 100 fares at each row."""

import duckdb
from worker import bench


def load(task):
    con = duckdb.connect()
    con.sql(f"CREATE TABLE rows AS SELECT id, fare FROM '{task.input}'")
    return con


def rolling(con):
    return con.sql("""
        SELECT avg(fare) OVER (ORDER BY id ROWS BETWEEN 99 PRECEDING AND CURRENT ROW) AS out FROM rows
    """).to_arrow_table()


bench(rolling, setup=load, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
