"""A function that waits, called by the query row by row."""

import time

import inputs
from worker import bench


def load(task):
    def function(x: float) -> float:
        time.sleep(task.cost_ns / 1e9)
        return x + 1

    con = inputs.duckdb(task)
    con.create_function("function", function)
    return con


def evaluate(con):
    return con.sql("SELECT function(x) AS out FROM rows").to_arrow_table()


bench(evaluate, setup=load, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
