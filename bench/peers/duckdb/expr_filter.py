"""Keep the tenth of the rows whose x is largest, three columns."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("FROM rows WHERE x > 0.9").to_arrow_table()


bench(evaluate, setup=inputs.duckdb, answer=lambda t: {"rows": len(t), "sum": t["y"].to_pandas().sum()})
