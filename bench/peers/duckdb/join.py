"""Join the main table with one row for each driver."""

import duckdb
from worker import bench


def load(task):
    con = duckdb.connect()
    con.sql(f"CREATE TABLE trips AS FROM '{task.input}'")
    con.sql(f"CREATE TABLE drivers AS FROM read_csv('{task.other}')")
    return con


def join(con):
    return con.sql("FROM trips JOIN drivers USING (driver)").to_arrow_table()


def answer(table):
    sums = table.select(["rating", "fare"]).to_pandas().sum()
    return {"rows": len(table), "rating": sums.rating, "fare": sums.fare}


bench(join, setup=load, answer=answer)
