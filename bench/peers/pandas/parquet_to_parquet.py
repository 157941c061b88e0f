"""Parquet to Parquet with two derived columns."""

import pandas as pd
from worker import bench


def convert(task):
    df = pd.read_parquet(task.input)
    df["total"] = df.fare + df.tip
    df["per_mile"] = df.fare / df.distance.clip(lower=0.1)
    df.to_parquet(task.output)


bench(convert)
