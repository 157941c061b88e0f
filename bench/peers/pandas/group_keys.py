"""Sum, mean and count of groups, read from Parquet."""

import pandas as pd
from worker import bench


def group(task):
    df = pd.read_parquet(task.input, columns=[*task.keys, "fare", "tip"])
    return df.groupby(task.keys).agg(fare=("fare", "sum"), tip=("tip", "mean"), n=("fare", "size"))


bench(group, answer=lambda g: {"groups": len(g), "fare": g.fare.sum(), "tip": g.tip.sum(), "n": g.n.sum()})
