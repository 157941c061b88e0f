"""Which rows hold one text: a column of booleans."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("SELECT zone = 'Zone 7' AS out FROM rows").to_arrow_table()


bench(evaluate, setup=inputs.duckdb, answer=lambda t: {"rows": len(t), "true": t["out"].to_pandas().sum()})
