"""Sort a table of 12 columns by three of them."""

import pyarrow.parquet as pq
from worker import bench


def load(task):
    return pq.read_table(task.input), [(key, "ascending") for key in task.keys]


def sort(state):
    table, keys = state
    return table.sort_by(keys)


def answer(table):
    id = table["id"]
    return {"first": id[0].as_py(), "middle": id[len(id) // 2].as_py(), "last": id[len(id) - 1].as_py()}


bench(sort, setup=load, answer=answer)
