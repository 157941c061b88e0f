"""A CSV larger than memory to Parquet with a derived column, batch by batch."""

import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv
from worker import bench


def convert(task):
    writer = None
    for batch in csv.open_csv(task.input):
        total = pc.add(batch["fare"], batch["tip"])
        batch = batch.append_column("total", total)
        writer = writer or pq.ParquetWriter(task.output, batch.schema)
        writer.write_batch(batch)
    writer.close()


bench(convert)
