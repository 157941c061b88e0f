"""Read a CSV into a frame in memory."""

import pandas as pd
import summary
from worker import bench


def read(task):
    return pd.read_csv(task.input, parse_dates=task.times)


bench(read, answer=summary.pandas)
