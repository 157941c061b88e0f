"""Reads what a worker wrote (a file, or a folder of parts) and prints what it comes to.

Run by the harness after a worker that writes; DuckDB reads every system's output, so
that no system marks its own work.
"""

import json
import os
import sys

import duckdb
import summary

path = sys.argv[1]
if os.path.isdir(path):
    kind = "parquet" if any(f.endswith(".parquet") for f in os.listdir(path)) else "csv"
    path = os.path.join(path, "*." + kind)
source = path if path.endswith(".parquet") else f"read_csv('{path}', header=true, nullstr=['', 'NaN'])"
if path.endswith(".parquet"):
    source = f"read_parquet('{path}')"
table = duckdb.sql(f"SELECT * FROM {source}").to_arrow_table()
print(json.dumps({k: float(v or 0) for k, v in summary.arrow(table).items()}))
