"""Read a Parquet file, or some of its columns, into frames, one a partition."""

import dask.dataframe as dd
import summary
from worker import bench


def read(task):
    return dd.read_parquet(task.input, columns=task.columns or None, split_row_groups="adaptive").persist()


bench(read, answer=lambda df: summary.pandas(df.compute()))
