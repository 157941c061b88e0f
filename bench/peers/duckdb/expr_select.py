"""A conditional expression over four columns into a new one."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("""
        SELECT CASE WHEN x * x + y * y * 2 - 0.5 > t THEN a ELSE b END AS out FROM rows
    """).to_arrow_table()


bench(evaluate, setup=inputs.duckdb, answer=lambda t: {"rows": len(t), "sum": t["out"].to_pandas().sum()})
