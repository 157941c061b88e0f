"""Sum, mean and count of groups, read from Parquet."""

import pyarrow.parquet as pq
from worker import bench


def group(task):
    table = pq.read_table(task.input, columns=[*task.keys, "fare", "tip"])
    return table.group_by(task.keys).aggregate([("fare", "sum"), ("tip", "mean"), ([], "count_all")])


def answer(table):
    g = table.to_pandas()
    return {"groups": len(g), "fare": g.fare_sum.sum(), "tip": g.tip_mean.sum(), "n": g.count_all.sum()}


bench(group, answer=answer)
