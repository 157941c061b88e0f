"""Parquet to Parquet with two derived columns."""

import pyarrow.compute as pc
import pyarrow.parquet as pq
from worker import bench


def convert(task):
    table = pq.read_table(task.input)
    total = pc.add(table["fare"], table["tip"])
    per_mile = pc.divide(table["fare"], pc.max_element_wise(table["distance"], 0.1))
    pq.write_table(table.append_column("total", total).append_column("per_mile", per_mile), task.output)


bench(convert)
