"""Sum, mean and count of groups, read from Parquet."""

import duckdb
from worker import bench


def group(task):
    return duckdb.sql(f"""
        SELECT {', '.join(task.keys)}, sum(fare) AS fare, avg(tip) AS tip, count(*) AS n
        FROM '{task.input}' GROUP BY ALL
    """).to_arrow_table()


def answer(table):
    g = table.to_pandas()
    return {"groups": len(g), "fare": g.fare.sum(), "tip": g.tip.sum(), "n": g.n.sum()}


bench(group, answer=answer)
