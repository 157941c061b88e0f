"""A Python function from text to text, called by the query row by row."""

import inputs
from worker import bench


def function(text: str) -> str:
    first, _, rest = text.partition(" ")
    return rest.upper() + "-" + first


def load(task):
    con = inputs.duckdb(task)
    con.create_function("function", function)
    return con


def evaluate(con):
    return con.sql("SELECT function(text) AS out FROM rows").to_arrow_table()


def answer(table):
    out = table["out"].to_pandas()
    return {"rows": len(out), "bytes": out.str.len().sum(), "b": out.str.count("B").sum()}


bench(evaluate, setup=load, answer=answer)
