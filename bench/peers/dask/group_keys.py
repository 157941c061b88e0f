"""Sum, mean and count of groups, read from Parquet, by partitions."""

import dask.dataframe as dd
from worker import bench


def group(task):
    df = dd.read_parquet(task.input, columns=[*task.keys, "fare", "tip"], split_row_groups="adaptive")
    return df.groupby(task.keys).agg(fare=("fare", "sum"), tip=("tip", "mean"), n=("fare", "size")).compute()


bench(group, answer=lambda g: {"groups": len(g), "fare": g.fare.sum(), "tip": g.tip.sum(), "n": g.n.sum()})
