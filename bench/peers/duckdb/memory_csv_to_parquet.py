"""A CSV larger than memory to Parquet with a derived column, under DuckDB's memory limit."""

import duckdb
from worker import bench


def convert(task):
    con = duckdb.connect()
    con.sql(f"SET memory_limit = '{task.memory >> 20}MiB'")
    con.sql("SET preserve_insertion_order = true")
    con.sql(f"""
        COPY (SELECT *, fare + tip AS total FROM read_csv('{task.input}'))
        TO '{task.output}' (FORMAT parquet)
    """)


bench(convert)
