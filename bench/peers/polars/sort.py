"""Sort a frame of 12 columns by three of them."""

import polars as pl
from worker import bench


def load(task):
    return pl.read_parquet(task.input), task.keys


def sort(state):
    df, keys = state
    return df.lazy().sort(keys).collect(engine="streaming")


def answer(df):
    return {"first": df["id"][0], "middle": df["id"][len(df) // 2], "last": df["id"][-1]}


bench(sort, setup=load, answer=answer)
