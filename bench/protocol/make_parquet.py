"""Turns the main CSV into the Parquet file of the read jobs: DuckDB, its defaults.

Two columns are added: a key with many values (driver) and a date (day).
"""

import sys

import duckdb

csv, out, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
drivers = max(rows // 50, 1)
duckdb.sql(f"""
    COPY (SELECT *, (id * 7919) % {drivers} AS driver, CAST(pickup AS DATE) AS day
          FROM read_csv('{csv}', header=true))
    TO '{out}' (FORMAT parquet)
""")
