"""Sum one column of a CSV."""

import pandas as pd
from worker import bench


def scan(task):
    (name,) = task.columns
    return {name: pd.read_csv(task.input, usecols=[name])[name].sum()}


bench(scan)
