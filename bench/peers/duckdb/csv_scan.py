"""Scan a CSV: every column typed, one aggregate a column, streamed.

The query names the columns' types, which are looked up once, before the clock starts;
the query itself finds them again.
"""

import duckdb
from worker import bench


def write(task):
    rows = f"read_csv('{task.input}', header = true, nullstr = '{task.null}')"
    totals = ["count(*) AS rows"]
    relation = duckdb.sql(f"FROM {rows} LIMIT 0")
    for name, kind in zip(relation.columns, map(str, relation.types)):
        if kind == "VARCHAR":
            totals.append(f"sum(strlen({name})) AS {name}")
        elif kind.startswith("TIMESTAMP"):
            totals.append(f"sum(epoch({name})) AS {name}")
        else:
            totals.append(f"sum({name}) AS {name}")
    return f"SELECT {', '.join(totals)} FROM {rows}"


def scan(query):
    relation = duckdb.sql(query)
    return dict(zip(relation.columns, relation.fetchall()[0]))


bench(scan, setup=write)
