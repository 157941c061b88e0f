"""A CSV larger than memory to a folder of Parquet files with a derived column, by small partitions."""

import dask
import dask.dataframe as dd
from worker import bench


def convert(task):
    df = dd.read_csv(task.input, parse_dates=task.times, blocksize="16MiB")
    df = df.assign(total=df.fare + df.tip)
    with dask.config.set(scheduler="processes"):
        df.to_parquet(task.output, write_index=False)


if __name__ == "__main__":
    bench(convert)
