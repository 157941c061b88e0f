"""Sort a frame of 12 columns by three of them."""

import pandas as pd
from worker import bench


def load(task):
    return pd.read_parquet(task.input), task.keys


def sort(state):
    df, keys = state
    return df.sort_values(keys)


def answer(df):
    return {"first": df.id.iloc[0], "middle": df.id.iloc[len(df) // 2], "last": df.id.iloc[-1]}


bench(sort, setup=load, answer=answer)
