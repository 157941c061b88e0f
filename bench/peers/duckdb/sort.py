"""Sort a table of 12 columns by three of them."""

import duckdb
from worker import bench


def load(task):
    con = duckdb.connect()
    con.sql(f"CREATE TABLE rows AS FROM '{task.input}'")
    return con, ", ".join(task.keys)


def sort(state):
    con, keys = state
    return con.sql(f"FROM rows ORDER BY {keys}").to_arrow_table()


def answer(table):
    id = table["id"]
    return {"first": id[0].as_py(), "middle": id[len(id) // 2].as_py(), "last": id[len(id) - 1].as_py()}


bench(sort, setup=load, answer=answer)
