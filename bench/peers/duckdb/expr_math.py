"""Square roots and exponentials into a new column."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("SELECT sqrt(x * x + y * y) * exp(-x) AS out FROM rows").to_arrow_table()


bench(evaluate, setup=inputs.duckdb, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
