"""Scan a CSV: every column typed, one aggregate a column, streamed."""

import duckdb
from worker import bench


def scan(task):
    rows = f"read_csv('{task.input}', header = true, nullstr = '{task.null}')"
    totals = ["count(*) AS rows"]
    for name, kind in zip(*columns(rows)):
        if kind == "VARCHAR":
            totals.append(f"sum(strlen({name})) AS {name}")
        elif kind.startswith("TIMESTAMP"):
            totals.append(f"sum(epoch({name})) AS {name}")
        else:
            totals.append(f"sum({name}) AS {name}")
    return duckdb.sql(f"SELECT {', '.join(totals)} FROM {rows}").fetchall()[0], totals


def columns(rows):
    relation = duckdb.sql(f"FROM {rows} LIMIT 0")
    return relation.columns, map(str, relation.types)


def named(result):
    values, totals = result
    return {total.rsplit(" ", 1)[1]: value for total, value in zip(totals, values)}


bench(scan, answer=named)
