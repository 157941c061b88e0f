"""A cheap Python function of one column, called by the query row by row."""

import inputs
from worker import bench


def function(x: float) -> float:
    return 3 * x + 1 if x > 0.5 else -x


def load(task):
    con = inputs.duckdb(task)
    con.create_function("function", function)
    return con


def evaluate(con):
    return con.sql("SELECT function(x) AS out FROM rows").to_arrow_table()


bench(evaluate, setup=load, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
