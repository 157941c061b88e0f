"""Read a Parquet file, or some of its columns, into a table."""

import pyarrow.parquet as pq
import summary
from worker import bench


def read(task):
    return pq.read_table(task.input, columns=task.columns or None)


bench(read, answer=summary.arrow)
