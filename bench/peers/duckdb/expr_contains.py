"""Which texts contain a word: a column of booleans."""

import inputs
from worker import bench


def evaluate(con):
    return con.sql("SELECT contains(text, 'amber') AS out FROM rows").to_arrow_table()


bench(evaluate, setup=inputs.duckdb, answer=lambda t: {"rows": len(t), "true": t["out"].to_pandas().sum()})
