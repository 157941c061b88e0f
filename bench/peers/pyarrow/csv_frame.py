"""Read a CSV into a table in memory."""

import summary
from pyarrow import csv
from worker import bench


def read(task):
    return csv.read_csv(task.input)


bench(read, answer=summary.arrow)
