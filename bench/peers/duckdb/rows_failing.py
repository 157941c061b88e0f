"""A Python function that fails on the last of the rows."""

import calls
import duckdb
from worker import bench


def evaluate(task):
    def function(x: int) -> float:
        calls.count(task.output)
        if x == task.rows - 1:
            raise ValueError(f"bad value {x}")
        return x + 1.0

    con = duckdb.connect()
    con.create_function("function", function)
    query = f"SELECT function(range) FROM range({task.rows})"
    return calls.told(task.output, lambda: con.sql(query).fetchall())


bench(evaluate)
