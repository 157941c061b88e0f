"""A cheap Python function of two columns, called by the query row by row."""

import inputs
from worker import bench


def function(x: float, y: float) -> float:
    return x / max(y, 0.1)


def load(task):
    con = inputs.duckdb(task)
    con.create_function("function", function)
    return con


def evaluate(con):
    return con.sql("SELECT function(x, y) AS out FROM rows").to_arrow_table()


bench(evaluate, setup=load, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
