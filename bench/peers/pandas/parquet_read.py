"""Read a Parquet file, or some of its columns, into a frame."""

import pandas as pd
import summary
from worker import bench


def read(task):
    return pd.read_parquet(task.input, columns=task.columns or None)


bench(read, answer=summary.pandas)
