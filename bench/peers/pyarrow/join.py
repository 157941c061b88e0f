"""Join the main table with one row for each driver."""

import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv
from worker import bench


def load(task):
    return pq.read_table(task.input), csv.read_csv(task.other)


def join(state):
    trips, drivers = state
    return trips.join(drivers, "driver", join_type="inner")


def answer(table):
    return {"rows": len(table), "rating": pc.sum(table["rating"]).as_py(), "fare": pc.sum(table["fare"]).as_py()}


bench(join, setup=load, answer=answer)
