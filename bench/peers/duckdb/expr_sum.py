"""A conditional expression over four columns, summed."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("""
        SELECT sum(CASE WHEN x * x + y * y * 2 - 0.5 > t THEN a ELSE b END) FROM rows
    """).fetchall()[0][0]


bench(evaluate, setup=inputs.duckdb, answer=lambda out: {"sum": out})
